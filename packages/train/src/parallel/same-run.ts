import { createHash } from 'node:crypto';
import { blockSize } from '@hm/onnx';
import { InvalidDataError } from '@hm/tensor';
import type { ResolvedOptions } from '../options.ts';
import { differences, type RunConfig } from '../run-config.ts';
import { versions } from '../versions.ts';
import { type Communicator, collectValues } from './communicator.ts';

/**
 * Checks that all ranks are about to train the same: configuration, data, labels, versions, and processors that compute in
 * the same blocks, since what ranks add up has to lie in one order.
 *
 * @throws {InvalidDataError} on every rank, if one differs from rank 0; it names that rank and each difference.
 */
export async function assertSameRun(
  ranks: Communicator,
  config: RunConfig,
  options: ResolvedOptions,
): Promise<void> {
  if (ranks.count === 1) return;
  // Rank 0 alone reads the values to begin with.
  const { pretrained: _, ...own } = config;
  const facts = {
    ...own,
    labels: hashOf(options.data.labels),
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

function hashOf(labels: Int32Array | undefined): string | undefined {
  if (labels === undefined) return undefined;
  const bytes = new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength);
  return createHash('sha256').update(bytes).digest('hex');
}

const differs = (rank: number, found: readonly string[]) =>
  new InvalidDataError({
    where: `train, rank ${rank}`,
    expected: 'the data, the options and the kind of processor of rank 0',
    received: found.join('; '),
    fix: 'Give every rank the same options and the same data, on hosts of one kind.',
    fields: { rank, differences: found },
  });
