import { createHash } from 'node:crypto';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodeSafetensors, hostTensor, InvalidDataError } from '@hm/tensor/host';
import { expect, test } from 'vitest';
import { resolveOptions } from '../options.ts';
import { differing, temporaryFolder, tinyOptions, tinyRecipe } from '../testing/tiny-run.ts';
import { type Checkpoint, encodeCheckpoint, PIECE } from './checkpoint.ts';
import {
  assertStorable,
  checkpointFolder,
  listCheckpoints,
  newestCheckpoint,
  readCheckpoint,
  saveCheckpoint,
} from './checkpoint-folder.ts';
import { loadRun } from './load-run.ts';
import { runConfig } from './run-config.ts';

const config = await runConfig(resolveOptions(tinyOptions('unused')));

const checkpointAt = (step: number): Checkpoint => ({
  config,
  progress: { step, epoch: 1, position: 2, lossSum: 0.1, accuracySum: 1 / 3 },
  versions: { train: '1.2.3' },
  state: {
    'params.a': hostTensor('float32', [2, 3], Float32Array.of(step, -0, 1e-45, 3e38, 0.1, 1 / 3)),
    'momentum.a': hostTensor('float32', [2, 3], new Float32Array(6)),
  },
});

async function folderWith(steps: number[], keep = 3): Promise<string> {
  const folder = await temporaryFolder();
  for (const step of steps) await saveCheckpoint(folder, checkpointAt(step), keep);
  return folder;
}

const nameOf = (path: string | undefined) => basename(path ?? '');

test('what was saved comes back to the bit', async () => {
  const folder = await folderWith([7]);
  expect(await loadRun(folder)).toEqual({ ...checkpointAt(7), path: expect.any(String), damaged: [] });
});

test('one of several pieces comes back too, with the hash of the whole', async () => {
  const [folder, { state, ...rest }] = [await temporaryFolder(), checkpointAt(7)];
  const data = Float32Array.from({ length: (2.5 * PIECE) / 4 }, (_, index) => index % 1000);
  const large = {
    ...rest,
    state: { ...state, 'params.head.weight': hostTensor('float32', [data.length], data) },
  };
  const { path, bytes } = await saveCheckpoint(folder, large, 3);
  const file = await readFile(path);
  expect(bytes).toBe(file.length);
  const read = await readCheckpoint(path);
  expect(differing(read.state, large.state)).toEqual([]);
  expect(read.progress).toEqual(large.progress);
  const { sha256 } = decodeSafetensors(file).metadata;
  file.write('0'.repeat(64), file.indexOf(sha256!));
  expect(createHash('sha256').update(file).digest('hex')).toBe(sha256);
});

test('a state too large for an array of this Node is refused', () => {
  // No array is this large; what is measured is the shape.
  const weight = { dtype: 'float32', shape: [2 ** 42, 512], data: new Float32Array(1) } as const;
  expect(() => assertStorable(checkpointAt(7).state)).not.toThrow();
  expect(() => assertStorable({ 'params.head.weight': weight })).toThrow(
    /at most \d+\.\d GiB, got 8388608\.0 GiB.*fewer classes/,
  );
});

test('is a safetensors file with a name that sorts', async () => {
  const folder = await folderWith([1234]);
  const path = join(folder, 'checkpoints', 'step-00001234.safetensors');
  const { tensors, metadata } = decodeSafetensors(await readFile(path));
  expect(Object.keys(tensors)).toEqual(['params.a', 'momentum.a']);
  expect(JSON.parse(metadata.config!)).toMatchObject({ seed: 1, recipe: { name: tinyRecipe.name } });
});

test('keeps the newest ones, by number', async () => {
  const folder = await folderWith([2, 99_999_999, 100_000_000], 2);
  expect((await listCheckpoints(folder)).map(nameOf)).toEqual([
    'step-100000000.safetensors',
    'step-99999999.safetensors',
  ]);
});

test.each([
  ['truncated', async (path: string) => truncate(path, 700)],
  ['empty', async (path: string) => truncate(path, 0)],
  ['not a checkpoint', async (path: string) => writeFile(path, 'hello, this is something else')],
  ['changed by one bit', flipBit],
  ['of another step', async (path: string) => writeFile(path, await encodeCheckpoint(checkpointAt(4)))],
])('a newest file that is %s is passed over, and told', async (_, damage) => {
  const folder = await folderWith([1, 2, 3]);
  const [newest, before] = await listCheckpoints(folder);
  await damage(newest!);
  const { checkpoint, path, damaged } = await newestCheckpoint(folder);
  expect(path).toBe(before);
  expect(checkpoint?.progress.step).toBe(2);
  expect(damaged).toEqual([{ path: newest, reason: expect.stringMatching(/^((?!Fix:).)+$/s) }]);
});

test('every bit that changes is noticed, in the header too', async () => {
  const folder = await folderWith([7]);
  const [path] = await listCheckpoints(folder);
  const bytes = await readFile(path!);
  const unnoticed: number[] = [];
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    await writeFile(path!, bytes);
    if (
      await readCheckpoint(path!).then(
        () => true,
        () => false,
      )
    )
      unnoticed.push(bit);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
  expect(unnoticed).toEqual([]);
  await writeFile(path!, bytes);
  expect((await readCheckpoint(path!)).progress.step).toBe(7);
});

test('nor does it stop at the newest two being damaged', async () => {
  const folder = await folderWith([1, 2, 3]);
  const [newest, before, oldest] = await listCheckpoints(folder);
  await truncate(newest!, 0);
  await flipBit(before!);
  const { checkpoint, path, damaged } = await newestCheckpoint(folder);
  expect([path, checkpoint?.progress.step]).toEqual([oldest, 1]);
  expect(damaged.map((each) => each.path)).toEqual([newest, before]);
});

async function flipBit(path: string) {
  const bytes = await readFile(path);
  bytes[bytes.length - 5]! ^= 1;
  await writeFile(path, bytes);
}

test('if none can be read, the error lists all', async () => {
  const folder = await folderWith([1, 2]);
  for (const path of await listCheckpoints(folder)) await truncate(path, 100);
  await expect(newestCheckpoint(folder)).rejects.toThrow(/step-00000002[\s\S]*step-00000001/);
});

test('a folder without checkpoints', async () => {
  const folder = await temporaryFolder();
  await mkdir(checkpointFolder(folder));
  await expect(loadRun(folder)).rejects.toThrow(InvalidDataError);
  await expect(loadRun(join(folder, 'missing'))).rejects.toThrow(/folder of a run/);
});
