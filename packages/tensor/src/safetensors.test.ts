/// <reference types="node" />
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { HmError, InvalidArgumentError, InvalidDataError } from './errors.ts';
import { type HostDtype, type HostTensor, hostTensor, hostZeros, sizeOf } from './host-tensor.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const dtypes: HostDtype[] = ['float32', 'int32', 'bool', 'uint8', 'int64', 'float16'];
const tensors = fc
  .tuple(fc.constantFrom(...dtypes), fc.array(fc.nat(4), { maxLength: 4 }), fc.infiniteStream(fc.nat(255)))
  .map(([dtype, shape, bytes]): HostTensor => {
    const tensor = hostZeros(dtype, shape);
    const view = new Uint8Array(tensor.data.buffer);
    for (let i = 0; i < view.length; i++) view[i] = bytes.next().value % (dtype === 'bool' ? 2 : 256);
    return tensor;
  });
const files = fc.record({
  tensors: fc.dictionary(
    fc
      .string({ minLength: 1, unit: 'binary' })
      .filter((name) => !['__metadata__', '__proto__'].includes(name)),
    tensors,
  ),
  metadata: fc.dictionary(
    fc.string({ minLength: 1 }).filter((name) => name !== '__proto__'),
    fc.string({ unit: 'binary' }),
  ),
});

// Compared by bytes, since NaN differs from itself.
const bytesOf = (record: Record<string, HostTensor>) =>
  Object.entries(record)
    .map(
      ([name, { dtype, shape, data }]) =>
        [name, dtype, shape, [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]] as const,
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));

const example = () =>
  encodeSafetensors(
    {
      bytes: hostTensor('uint8', [3], new Uint8Array([1, 2, 255])),
      kernel: hostTensor('float32', [2, 2], new Float32Array([1.5, -2, 3, 1e-8])),
      step: hostTensor('int64', [], new BigInt64Array([-(2n ** 40n)])),
      empty: hostZeros('float32', [0, 3]),
      mask: hostTensor('bool', [2], new Uint8Array([1, 0])),
      half: hostTensor('float16', [1], new Uint16Array([0x3e00])),
      counts: hostTensor('int32', [2], new Int32Array([7, -7])),
    },
    { license: 'MIT', name: 'visage — 顔' },
  );

const entry = (begin: number, end: number) =>
  `{"dtype":"F32","shape":[${(end - begin) / 4}],"data_offsets":[${begin},${end}]}`;

describe('safetensors', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(files, ({ tensors, metadata }) => {
        const read = decodeSafetensors(encodeSafetensors(tensors, metadata));
        expect(bytesOf(read.tensors)).toEqual(bytesOf(tensors));
        expect({ ...read.metadata }).toEqual({ ...metadata });
      }),
    );
  });

  it('are read where they start at any offset of a buffer', () => {
    const bytes = example();
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    expect(bytesOf(decodeSafetensors(shifted).tensors)).toEqual(bytesOf(decodeSafetensors(bytes).tensors));
  });

  it('give views, not copies, of an aligned file', () => {
    const bytes = example();
    expect(decodeSafetensors(bytes).tensors.kernel!.data.buffer).toBe(bytes.buffer);
  });

  it('that are cut anywhere are refused', () => {
    const bytes = example();
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeSafetensors(bytes.slice(0, length)), `${length} bytes`).toThrow(InvalidDataError);
  });

  it('that are damaged give either tensors or an InvalidDataError', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }), (changes) => {
        const bytes = example();
        for (const [position, value] of changes) bytes[position % bytes.length] = value;
        try {
          for (const { shape, data } of Object.values(decodeSafetensors(bytes).tensors))
            expect(data).toHaveLength(sizeOf(shape));
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidDataError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a header that is no object', '[1]'],
    ['a header that is no JSON', '{"a"'],
    ['an unknown dtype', '{"a":{"dtype":"F8","shape":[],"data_offsets":[0,1]}}'],
    ['a negative size', '{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}'],
    ['offsets that do not fit the shape', '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,1]}}'],
    ['offsets past the end', '{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}'],
    ['an entry that is null', '{"a":null}'],
    ['metadata that is no string', '{"__metadata__":{"a":1}}'],
    ['metadata that is a list', '{"__metadata__":["a"]}'],
    ['a tensor named __proto__', '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'],
  ])('with %s are refused', (_name, header) => {
    const json = new TextEncoder().encode(header);
    const bytes = new Uint8Array(8 + json.length + 1);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
    bytes.set(json, 8);
    expect(() => decodeSafetensors(bytes)).toThrow(InvalidDataError);
  });

  it.each([
    ['an overlap', [entry(0, 16), entry(8, 24)], 24, /"b" to begin at 16, got 8: an overlap/],
    ['a hole at the beginning', [entry(16, 32)], 32, /"a" to begin at 0, got 16: a hole/],
    ['a hole in between', [entry(0, 8), entry(16, 24)], 24, /"b" to begin at 8, got 16: a hole/],
    ['bytes behind the last tensor', [entry(0, 16)], 640, /16 bytes of values, got 640/],
    ['a name twice', [entry(0, 16), entry(16, 24)], 24, /each name once, got "a" twice/, 'a'],
    ['a name twice, once in escapes', [entry(0, 16), entry(16, 24)], 24, /"a" twice/, '\\u0061'],
  ])('with %s are refused', (_, entries, size, message, second = 'b') => {
    const header = `{${entries.map((text, k) => `"${k === 0 ? 'a' : second}":${text}`)}}`;
    const bytes = new Uint8Array(8 + header.length + size);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(new TextEncoder().encode(header), 8);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });

  it('take any tensor name but __metadata__', () => {
    expect(() => encodeSafetensors({ __metadata__: hostZeros('uint8', [1]) })).toThrow(InvalidArgumentError);
    expect(
      HmError.isInstance(new InvalidArgumentError({ where: '', expected: '', received: 1, fix: '' })),
    ).toBe(true);
  });
});

it('reads a file that the reference implementation wrote', () => {
  const file = readFileSync(new URL('../golden/reference.safetensors', import.meta.url));
  expect(decodeSafetensors(new Uint8Array(file))).toEqual({
    metadata: { license: 'MIT' },
    tensors: {
      'stem.kernel': hostTensor('float32', [2, 3], new Float32Array([0, 1, 2, 3, 4, 5])),
      step: hostTensor('int64', [], new BigInt64Array([-(2n ** 40n)])),
      mask: hostTensor('bool', [2], new Uint8Array([1, 0])),
      half: hostTensor('float16', [1], new Uint16Array([0x3e00])),
      counts: hostTensor('int32', [2], new Int32Array([7, -7])),
      bytes: hostTensor('uint8', [3], new Uint8Array([1, 2, 255])),
    },
  });
});

// The reference implementation, where it is installed: HM_PYTHON names a Python that has it and numpy.
const python = process.env.HM_PYTHON ?? 'python3';
const hasReference = spawnSync(python, ['-c', 'import numpy, safetensors.numpy']).status === 0;
const run = (program: string, ...paths: string[]) =>
  execFileSync(python, ['-c', program, ...paths], { encoding: 'utf8' }).trim();

describe.skipIf(!hasReference)('safetensors and the reference implementation (set HM_PYTHON to run)', () => {
  it('agree on a file written here', () => {
    const path = join(folder, 'here.safetensors');
    writeFileSync(path, example());
    const program = [
      'import sys, json; from safetensors import safe_open',
      'with safe_open(sys.argv[1], "np") as f:',
      '  print(json.dumps([f.metadata(), {k: [str(f.get_tensor(k).dtype), f.get_tensor(k).tolist()] for k in sorted(f.keys())}]))',
    ].join('\n');
    expect(JSON.parse(run(program, path))).toEqual([
      { license: 'MIT', name: 'visage — 顔' },
      {
        bytes: ['uint8', [1, 2, 255]],
        counts: ['int32', [7, -7]],
        empty: ['float32', []],
        half: ['float16', [1.5]],
        kernel: [
          'float32',
          [
            [1.5, -2],
            [3, Math.fround(1e-8)],
          ],
        ],
        mask: ['bool', [true, false]],
        step: ['int64', -(2 ** 40)],
      },
    ]);
  });
});

describe('number types that are none of ours', () => {
  const file = (header: object, ...data: number[]) => {
    const json = JSON.stringify(header);
    const bytes = new Uint8Array(8 + json.length + data.length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
    bytes.set(new TextEncoder().encode(json), 8);
    bytes.set(data, 8 + json.length);
    return bytes;
  };
  const entry = (dtype: string, end: number) => ({ a: { dtype, shape: [2], data_offsets: [0, end] } });

  it('bfloat16 and float64 become float32', () => {
    // 1 and -2.5 in bfloat16: 0x3f80 and 0xc020.
    const { a } = decodeSafetensors(file(entry('BF16', 4), 0x80, 0x3f, 0x20, 0xc0)).tensors;
    expect([a!.dtype, ...a!.data]).toEqual(['float32', 1, -2.5]);
    const doubles = new Uint8Array(Float64Array.of(0.5, -3).buffer);
    expect([...decodeSafetensors(file(entry('F64', 16), ...doubles)).tensors.a!.data]).toEqual([0.5, -3]);
  });

  it('others are named, unless nobody asks for them', () => {
    const bytes = file(entry('F8_E4M3', 2), 1, 2);
    expect(() => decodeSafetensors(bytes)).toThrow(
      /dtype of "a", got F8_E4M3\. Fix: Save the tensor as float32/,
    );
    expect(decodeSafetensors(bytes, (name) => name !== 'a').tensors).toEqual({});
  });
});
