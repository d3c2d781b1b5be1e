import { io, tensor, tensor1d } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { InvalidDataError } from './errors.ts';
import { readTfjsWeights } from './tfjs-weights.ts';

const values = [0.25, -1.5, 3, 1e-8];
/** Bytes and specifications as tfjs itself writes them. */
const encoded = () => io.encodeWeights([{ name: 'net/a', tensor: tensor(values, [2, 2]) }]);

const quantized = {
  name: 'b',
  shape: [3],
  dtype: 'float32',
  quantization: { dtype: 'uint8', scale: 0.5, min: -1 },
};

async function files(change: (manifest: { paths: string[]; weights: object[] }[]) => unknown = (m) => m) {
  const { data, specs } = await encoded();
  const manifest = [{ paths: ['one', 'two'], weights: [...specs, quantized] }];
  const first = new Uint8Array(data as ArrayBuffer);
  const stored = new Map([
    ['m.json', new TextEncoder().encode(JSON.stringify(change(manifest)))],
    ['one', first.slice(0, 5)],
    ['two', Uint8Array.of(...first.slice(5), 0, 2, 255)],
  ]);
  return async (name: string) => stored.get(name)!;
}

test('reads what tfjs wrote, over shards, and bytes with their scale as tfjs decodes them', async () => {
  const read = await files();
  const tensors = await readTfjsWeights('m.json', read);
  expect([...tensors['net/a']!.data]).toEqual([...Float32Array.from(values)]);
  expect(tensors['net/a']!.shape).toEqual([2, 2]);
  const theirs = io.decodeWeights(Uint8Array.of(0, 2, 255).buffer, [quantized as io.WeightsManifestEntry]);
  expect([...tensors.b!.data]).toEqual([...theirs.b!.dataSync()]);
  expect([...tensors.b!.data]).toEqual([...tensor1d([-1, 0, 126.5]).dataSync()]);
});

test.each<[string, (manifest: { paths: string[]; weights: object[] }[]) => unknown, string]>([
  ['a shard that is left out', ([group]) => [{ ...group, paths: ['one'] }], '16 bytes up to "net/a", got 5'],
  ['bytes without a weight', ([group]) => [{ ...group, weights: [quantized] }], '3 bytes of weights, got 19'],
  ['another list', () => [{ paths: 'one' }], 'a list of'],
  ['a weight without a shape', ([group]) => [{ ...group, weights: [{ name: 'x' }] }], 'a list of'],
  ['no list', () => null, 'a list of'],
])('refuses %s', async (_, change, message) => {
  const read = await files(change);
  const error: unknown = await readTfjsWeights('m.json', read).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(InvalidDataError);
  expect(String(error)).toContain(message);
});
