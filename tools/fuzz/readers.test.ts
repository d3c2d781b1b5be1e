// Readers of packages other than @hm/datasets, as packages/datasets/src/fuzz.test.ts tries those.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defaultPreprocessing, preprocessingFromMetadata, preprocessingToMetadata } from '@hm/datasets';
import {
  decodeEmbeddings,
  type EmbeddingsFormat,
  encodeEmbeddings,
  readEvaluations,
  readModelCalibration,
} from '@hm/eval';
import { Graph } from '@hm/onnx/graph';
import { readMetadata, withMetadata } from '@hm/onnx/session';
import { decodeSafetensors, encodeSafetensors, HmError, hostTensor } from '@hm/tensor/host';
import { loadRun, readConfig } from '@hm/train';
import { afterAll, describe, test } from 'vitest';
import type { FuzzTarget } from '../../packages/datasets/src/testing/fuzz.ts';
import { fuzzReader, fuzzRuns } from '../../packages/datasets/src/testing/fuzz-reader.ts';
import { decodeGallery, encodeGallery } from '../../packages/recognize/src/gallery/gallery-file.ts';
import { encodeCheckpoint } from '../../packages/train/src/run-folder/checkpoint.ts';
import { rewindLog } from '../../packages/train/src/run-folder/metrics-log.ts';
import { readEvents } from '../../packages/train/src/run-folder/read-events.ts';

const table = {
  ids: ['ada.jpg', 'grâce.jpg', 'c'],
  embeddings: hostTensor(
    'float32',
    [3, 4],
    Float32Array.from({ length: 12 }, (_, k) => k / 7),
  ),
};
const tensors = {
  a: hostTensor('float32', [2, 2], Float32Array.of(1, 2, 3, 4)),
  b: hostTensor('float16', [3], Uint16Array.of(1, 2, 3)),
};

/** A reader of bytes. */
const ofBytes = (
  name: string,
  seeds: () => Uint8Array[] | Promise<Uint8Array[]>,
  read: (bytes: Uint8Array) => unknown,
): FuzzTarget => ({
  name,
  seeds: async (folder) => (await seeds()).map((bytes, place) => ({ path: join(folder, `${place}`), bytes })),
  read: async (path) => read(new Uint8Array(readFileSync(path))),
});

/** A reader of a file of a folder. */
const ofFile = (
  name: string,
  file: string,
  content: string | Uint8Array,
  read: (path: string) => unknown,
): FuzzTarget => ({
  name,
  seeds: async (folder) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    return [{ path: join(folder, file), bytes: Buffer.from(content) }];
  },
  read: async (path) => read(path),
});

const embeddings = (format: EmbeddingsFormat) =>
  ofBytes(`embeddings, ${format}`, async () => [await encodeEmbeddings(table, format)], decodeEmbeddings);

function matrix(descr: string, bytes: number): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': True, 'shape': (3, 4), }`.padEnd(117);
  const head = Buffer.concat([Buffer.from([0x93]), Buffer.from(`NUMPY\x01\x00v\x00${header}\n`)]);
  return Buffer.concat([head, Buffer.alloc(12 * bytes, 1)]);
}

const part = { name: 'resnet18', config: {} };
const config = {
  ...{ seed: 1, recipe: { name: 'tiny', epochs: 2 }, backbone: part, head: { name: 'ce' } },
  ...{ preprocessing: defaultPreprocessing, data: { images: 2, classes: 2, names: 'x' } },
};
const checkpoint = await encodeCheckpoint({
  config: config as never,
  progress: { step: 7, epoch: 1, position: 2, lossSum: 0.5, accuracySum: 0.25 },
  versions: { train: '1' },
  state: { 'params.a': tensors.a },
});

/** Puts the hash of a changed file into it, so that what lies behind the hash is tried too. */
function rehash(path: string): void {
  const bytes = readFileSync(path);
  const place = bytes.indexOf('"sha256":"') + 10;
  if (place < 10 || place + 64 > bytes.length) return;
  bytes.write('0'.repeat(64), place, 'latin1');
  bytes.write(createHash('sha256').update(bytes).digest('hex'), place, 'latin1');
  writeFileSync(path, bytes);
}

const step = 'checkpoints/step-00000007.safetensors';
const readRun = (path: string) => loadRun(dirname(dirname(path)));

/** Some changes put there what was there. */
async function readUnlessWhole(path: string): Promise<void> {
  const isWhole = readFileSync(path).equals(checkpoint);
  await readRun(path);
  if (!isWhole) throw new TypeError('a change that nobody noticed');
}
const events = [
  { kind: 'start', step: 0, steps: 8 },
  { kind: 'step', step: 1, loss: 1.5, accuracy: 0.5 },
  { kind: 'epoch', step: 4, epoch: 1 },
].map((event) => `${JSON.stringify(event)}\n`);

const fold = { fold: 0, pairs: 4, accuracy: 1, threshold: 1 };
const evaluation = {
  ...{
    protocol: 'p',
    model: 'm',
    flip: 'off',
    distance: 'cosine',
    official: false,
    notes: ['A note. '.repeat(50)],
  },
  ...{ pairs: 4, accuracy: 1, standardError: 0, auc: 1, eer: 0, threshold: 1, folds: [fold], tarAtFar: [] },
};
const calibration = {
  ...{ model: 'm'.repeat(300), protocol: 'p', flip: 'off', confidence: 0.95, genuine: 4, impostors: 4 },
  thresholds: [{ far: 0.1, threshold: 0.5, impostors: 4 }],
  probability: { kind: 'platt', slope: -4, intercept: 2 },
};

const targets: FuzzTarget[] = [
  ...(['npy', 'parquet', 'jsonl'] as const).map(embeddings),
  ofBytes(
    'embeddings, .npy matrix',
    () => [matrix('<f4', 4), matrix('>f8', 8), matrix('<f2', 2)],
    decodeEmbeddings,
  ),
  ofBytes(
    'safetensors',
    () => [encodeSafetensors(tensors, { a: 'b' })],
    (bytes) => decodeSafetensors(bytes),
  ),
  ofBytes('ONNX metadata', onnxFiles, (bytes) => {
    preprocessingFromMetadata(readMetadata(bytes));
    readMetadata(withMetadata(bytes, { a: 'b' }));
  }),
  ofFile('run.json', 'run.json', JSON.stringify({ ...config, environment: {} }), async (path) => {
    if ((await readConfig(dirname(path))) === undefined) throw new TypeError('no file');
  }),
  { ...ofFile('checkpoint', step, checkpoint, readUnlessWhole), hashed: true },
  ofFile('checkpoint, behind its hash', step, checkpoint, (path) => {
    rehash(path);
    return readRun(path);
  }),
  ofFile(
    'evaluation',
    'lfw.json',
    JSON.stringify({ runs: [{ loss: 'ce', result: evaluation }] }),
    readEvaluations,
  ),
  ofFile('calibration', 'calibration.json', JSON.stringify(calibration), readModelCalibration),
  {
    hashed: true,
    ...ofFile('gallery', 'people.gallery', '', async (path) => decodeGallery(readFileSync(path), path)),
    seeds: async (folder) => {
      const people = [{ name: 'Ada', photographs: 1, weight: 1, enrolled: 'x', updated: 'x' }];
      const content = { fingerprint: 'f', people, templates: Float32Array.of(1, 2), size: 2 };
      return [{ path: join(folder, 'people.gallery'), bytes: await encodeGallery(content) }];
    },
  },
];

function onnxFiles(): Uint8Array[] {
  const graph = new Graph();
  graph.publish(graph.add('Flatten', [graph.add('GlobalAveragePool', ['input'])]), 'embedding');
  const model = graph.encode(
    [{ name: 'input', dtype: 'float32', shape: ['N', 3, 112, 112] }],
    [{ name: 'embedding', dtype: 'float32', shape: ['N', 3] }],
  );
  return [withMetadata(model, preprocessingToMetadata(defaultPreprocessing))];
}

/** Bytes have no name: what must come is an error of ours. */
async function readOrRefused(read: () => Promise<unknown>): Promise<'read' | 'refused'> {
  try {
    await read();
    return 'read';
  } catch (error) {
    if (!HmError.isInstance(error)) throw error;
    return 'refused';
  }
}

const folder = mkdtempSync(join(tmpdir(), 'hm-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('changed files are read or refused', () => {
  test.each(targets)('$name', { timeout: 60_000 + fuzzRuns * 100 }, async (target) => {
    const place = join(folder, target.name);
    mkdirSync(place);
    await fuzzReader(target, place, readOrRefused);
  });

  test('metrics.jsonl', { timeout: 60_000 + fuzzRuns * 100 }, async () => {
    // Lines that are none are left out: what comes must be events, whatever the file holds.
    const target = ofFile('metrics.jsonl', 'run/metrics.jsonl', events.join(''), async (path) => {
      const before = await readEvents(dirname(path));
      await rewindLog(dirname(path), 3);
      const after = await readEvents(dirname(path));
      if (after.length > before.length) throw new TypeError('more events than before');
      if (after.length < 2) throw new HmError('less', { where: path, expected: '2', received: 1, fix: '' });
    });
    await fuzzReader(target, folder, readOrRefused);
  });
});
