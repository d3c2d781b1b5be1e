import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidDataError } from '@hm/tensor/host';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../tools/test-data.ts';
import { identityModel } from './identity-model.ts';
import { readMetadata, withMetadata } from './metadata.ts';
import { createSession } from './session.ts';

const model = identityModel();
const text = fc.string({ unit: 'binary' });
const data = sharedData();

describe('metadata', () => {
  it('is empty where there is none', () => {
    expect(readMetadata(model)).toEqual({});
  });

  it('comes back as it was written, whatever the strings are', () => {
    fc.assert(
      fc.property(fc.dictionary(text, text, { noNullPrototype: true }), (entries) => {
        expect(Object.entries(readMetadata(withMetadata(model, entries))).sort()).toEqual(
          Object.entries(entries).sort(),
        );
      }),
    );
  });

  it('takes keys that JavaScript objects have of their own, and a byte order mark', () => {
    const entries = Object.fromEntries([
      ['__proto__', 'a'],
      ['toString', 'b'],
      ['\uFEFFkey', '\uFEFFvalue'],
    ]);
    expect(Object.entries(readMetadata(withMetadata(model, entries)))).toEqual(Object.entries(entries));
  });

  it('replaces a key and keeps the others', () => {
    const first = withMetadata(model, { a: '1', b: '2' });
    const second = withMetadata(first, { b: '3', c: '4' });
    expect(readMetadata(second)).toEqual({ a: '1', b: '3', c: '4' });
    expect(second.length).toBe(withMetadata(model, { a: '1', b: '3', c: '4' }).length);
  });

  it('leaves a model that runs, and reaches its session', async () => {
    const session = await createSession(withMetadata(model, { size: '112' }), { threads: 1 });
    expect(session.metadata).toEqual({ size: '112' });
    await session.release();
  });

  it('throws InvalidDataError, and nothing else, on cut or changed bytes', () => {
    const whole = withMetadata(model, { preprocessing: '{"mean":127.5}', ümlaut: '✓' });
    const onlyInvalidData = (bytes: Uint8Array) => {
      try {
        readMetadata(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidDataError);
      }
    };
    for (let length = 0; length < whole.length; length++) onlyInvalidData(whole.subarray(0, length));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), onlyInvalidData));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (position, value) => {
        const changed = whole.slice();
        changed[position] = value;
        onlyInvalidData(changed);
      }),
    );
    expect(() => readMetadata(whole.subarray(0, whole.length - 1))).toThrow(InvalidDataError);
    expect(() => readMetadata(new TextEncoder().encode('<html>not a model</html>'))).toThrow(
      InvalidDataError,
    );
  });

  it.skipIf(data === undefined)('goes into a real network and leaves its bytes alone', async () => {
    const original = new Uint8Array(readFileSync(join(data!, 'models', 'mobilefacenet.onnx')));
    const before = readMetadata(original);
    const changed = withMetadata(original, { 'hm.preprocessing': '{}', note: 'ä' });
    expect(readMetadata(changed)).toEqual({ ...before, 'hm.preprocessing': '{}', note: 'ä' });
    if (Object.keys(before).length === 0)
      expect(Buffer.compare(changed.subarray(0, original.length), original)).toBe(0);
    const session = await createSession(changed, { threads: 1 });
    expect(session.metadata.note).toBe('ä');
    await session.release();
  });
});
