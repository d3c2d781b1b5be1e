import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { hostTensor } from '@hm/tensor/host';
import { ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation } from 'onnx-buf';
import { afterAll, describe, expect, it } from 'vitest';
import { externalNames } from './external-weights.ts';
import { Graph } from './graph.ts';
import { createSession } from './session.ts';

const folder = mkdtempSync(join(tmpdir(), 'hm-external-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `y = x · w`, whose `w` lies in another file. */
function model(location: string): Uint8Array {
  const graph = new Graph();
  const weight = graph.constant('float32', [2], [0, 0]);
  graph.publish(graph.add('Mul', ['x', weight]), 'y');
  const value = { dtype: 'float32' as const, shape: [2] };
  const parsed = fromBinary(
    ModelProtoSchema,
    graph.encode([{ name: 'x', ...value }], [{ name: 'y', ...value }]),
  );
  const tensor = parsed.graph!.initializer[0]!;
  tensor.rawData = new Uint8Array();
  tensor.floatData = [];
  tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
  tensor.externalData = Object.entries({ location, offset: '4', length: '8' }).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  );
  return toBinary(ModelProtoSchema, parsed);
}

const bytesOf = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const x = hostTensor('float32', [2], Float32Array.of(1, 10));

/** A model with these weights beside it, and other weights of that name in the current folder. */
function place(name: string, location: string): string {
  mkdirSync(join(folder, name), { recursive: true });
  const path = join(folder, name, 'model.onnx');
  writeFileSync(path, model(location));
  return path;
}

describe('weights in another file', () => {
  it('are read from beside the model, wherever the program was started', async () => {
    const path = place('beside', 'model.onnx.data');
    writeFileSync(join(folder, 'beside/model.onnx.data'), bytesOf(9, 2, 3));
    const before = process.cwd();
    mkdirSync(join(folder, 'current'));
    writeFileSync(join(folder, 'current/model.onnx.data'), bytesOf(9, 7, 7));
    process.chdir(join(folder, 'current'));
    try {
      const session = await createSession(path);
      expect([...(await session.run({ x })).y!.data]).toEqual([2, 30]);
      await session.release();
    } finally {
      process.chdir(before);
    }
  });

  it('are read from a folder below', async () => {
    const path = place('below', 'weights/w.bin');
    mkdirSync(join(folder, 'below/weights'));
    writeFileSync(join(folder, 'below/weights/w.bin'), bytesOf(9, 4, 5));
    const session = await createSession(path);
    expect([...(await session.run({ x })).y!.data]).toEqual([4, 50]);
    await session.release();
  });

  it('that are missing are named', async () => {
    await expect(createSession(place('missing', 'gone.data'))).rejects.toThrow(
      /missing\/gone\.data: expected the weights of .*model\.onnx that can be read, got no such file/,
    );
  });

  it.each([
    '../beside/model.onnx.data',
    '/etc/hostname',
    'a/../../b',
    'file:///etc/hostname',
    'C:\\w',
    '..\\w',
  ])('are refused elsewhere: %s', async (location) => {
    await expect(createSession(place('away', location))).rejects.toThrow(
      /expected weights in a file beside the model, got/,
    );
  });

  it('cannot be found for bytes, and are not looked for in the current folder', async () => {
    await expect(createSession(model('model.onnx.data'))).rejects.toThrow(/Fix: Pass the path of the model/);
  });

  it('are named once each; a model without them has none', () => {
    expect(externalNames(model('a.data'))).toEqual(['a.data']);
    expect(externalNames(new Graph().encode([], []))).toEqual([]);
  });
});
