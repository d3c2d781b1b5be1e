import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dataset, inMemory, syntheticFaces } from '@hm/datasets';
import { headByName } from '@hm/losses';
import type { HostTensor } from '@hm/tensor';
import { onTestFinished } from 'vitest';
import type { TrainEvent } from '../observe/events.ts';
import type { TrainOptions } from '../options.ts';
import { quick, type Recipe } from '../recipe/recipe.ts';
import { train } from '../train.ts';
import { tinyBackbone } from './tiny-backbone.mjs';

/** Data set of six people with eight photographs each, 32 × 32 pixels. */
export const tinyFaces: Dataset = inMemory(
  syntheticFaces({ identities: 6, imagesPerIdentity: 8, hardness: 0, seed: 3, size: 32 }),
);

/** Recipe of two epochs with a batch of 12. */
export const tinyRecipe: Recipe = { ...quick, name: 'tiny', epochs: 2, batchSize: 12 };

/** Options of a run of 8 steps, which takes a fraction of a second. */
export const tinyOptions = (out: string, changes: Partial<TrainOptions> = {}): TrainOptions => ({
  data: tinyFaces,
  backbone: tinyBackbone(),
  head: headByName('cosface', { scale: 8, margin: 0.1 }),
  recipe: tinyRecipe,
  out,
  workers: 1,
  engine: { kind: 'onnx', threads: 1 },
  ...changes,
});

/** Creates a folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hm-train-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Collects every event of a run; `each` is called as they come. */
export async function eventsOf(options: TrainOptions, each: (event: TrainEvent) => void = () => {}) {
  const events: TrainEvent[] = [];
  for await (const event of train(options)) {
    events.push(event);
    each(event);
  }
  return events;
}

/** Events of one kind. */
export const ofKind = <Kind extends TrainEvent['kind']>(events: TrainEvent[], kind: Kind) =>
  events.filter((event): event is Extract<TrainEvent, { kind: Kind }> => event.kind === kind);

type State = Record<string, HostTensor>;

/** Names of tensors that are not the same to the bit. */
export const differing = (a: State, b: State, names = Object.keys({ ...a, ...b })): string[] =>
  names.filter((name) => !bytesOf(a[name]).equals(bytesOf(b[name])));

const bytesOf = (tensor: HostTensor | undefined) =>
  tensor === undefined
    ? Buffer.from('absent')
    : Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
