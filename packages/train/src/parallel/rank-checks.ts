import { createHash } from 'node:crypto';
import { blockSize } from '@hm/onnx';
import { type HostTensor, InvalidArgumentError, InvalidDataError } from '@hm/tensor';
import { engineName } from '../engine/engine.ts';
import { mapRecord } from '../map-record.ts';
import type { ResolvedOptions } from '../options.ts';
import { invalid } from '../recipe/check-recipe.ts';
import { differences, type RunConfig } from '../run-folder/run-config.ts';
import { versions } from '../run-folder/versions.ts';
import { type Communicator, collectValues } from './communicator.ts';
import type { Place } from './place-of.ts';

/**
 * Checks that all ranks are about to train the same: configuration, data, labels and versions. Their processors must
 * also compute in blocks of the same size, since what ranks add up must have the same layout.
 *
 * @throws {InvalidDataError} on every rank, if one differs from rank 0; it names that rank and each difference.
 */
export async function assertSameRun(
  ranks: Communicator,
  config: RunConfig,
  options: ResolvedOptions,
): Promise<void> {
  if (ranks.count === 1) return;
  // Only rank 0 reads pretrained values.
  const { pretrained: _, ...own } = config;
  const facts = {
    ...own,
    labels: hashOf({ labels: options.data.labels ?? new Int32Array() }),
    checkpointEvery: options.checkpointEvery,
    validateEvery: options.validateEvery,
    onBadSample: options.onBadSample ?? 'throw',
    hardness: options.hardness ?? false,
    hardnessGroups: options.hardnessGroups !== undefined,
    versions: versions(),
    channelsInBlock: await blockSize(),
  };
  const [first, ...others] = collectValues(ranks, facts);
  for (const [index, other] of others.entries()) {
    const found = differences(first, other, ['on rank 0', `on rank ${index + 1}`]);
    if (found.length > 0) throw differs(index + 1, found);
  }
}

const differs = (rank: number, found: readonly string[]) =>
  new InvalidDataError({
    where: `train, rank ${rank}`,
    expected: 'the data, the options and the kind of processor of rank 0',
    received: found.join('; '),
    fix: 'Give every rank the same options and the same data, on hosts of one kind.',
    fields: { rank, differences: found },
  });

/**
 * Checks that all ranks hold the same weights to the bit, before rank 0 saves its own for all.
 *
 * @throws {InvalidDataError} on every rank, if they do not.
 */
export function assertSameState(ranks: Communicator, state: Record<string, HostTensor>, step: number): void {
  const [first, ...others] = collectValues(ranks, hashOf(mapRecord(state, ({ data }) => data)));
  const rank = others.findIndex((other) => other !== first) + 1;
  if (rank === 0) return;
  throw new InvalidDataError({
    where: `train, step ${step}`,
    expected: 'the same weights on all ranks',
    received: `others on rank ${rank} than on rank 0`,
    fix: 'Resume from the checkpoint before, on hosts with processors of one kind.',
    fields: { rank, step },
  });
}

/** @throws {InvalidArgumentError} if a run cannot be shared by that many ranks. */
export function checkRanks(
  { recipe, engine, stepsPerCall }: ResolvedOptions,
  { count }: Pick<Place, 'count'>,
): void {
  if (count === 1) return;
  const { batchSize, accumulate = 1, partialFc } = recipe;
  if (batchSize % (accumulate * count) !== 0)
    throw invalid('recipe.batchSize', `a multiple of ${shares(count, accumulate)}`, batchSize);
  // The classes that a step draws depend on the labels of the whole batch.
  if (partialFc !== undefined) throw refused('recipe.partialFc', 'none', partialFc);
  if (stepsPerCall !== 1) throw refused('stepsPerCall', '1', stepsPerCall);
  if (engineName(engine) !== 'onnx cpu') throw refused('engine', 'onnx cpu', engineName(engine));
}

const shares = (count: number, accumulate: number) =>
  accumulate === 1
    ? `${count}, so that as many ranks have equal parts`
    : `${count} ranks × ${accumulate} accumulated batches`;

const refused = (name: string, expected: string, received: unknown) =>
  new InvalidArgumentError({
    where: `train option "${name}"`,
    expected: `${expected}, in a job of several ranks`,
    received,
    fix: `Change ${name}, or run one process.`,
  });

/** SHA-256 of names and values. */
function hashOf(arrays: Record<string, ArrayBufferView>): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(arrays).sort()) {
    const { buffer, byteOffset, byteLength } = arrays[name]!;
    hash.update(name).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}
