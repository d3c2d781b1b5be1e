import type { Dataset, VerificationProtocol } from '@hm/datasets';
import { InvalidArgumentError } from '@hm/tensor/host';
import type { TrainOptions } from '@hm/train';
import { withoutUndefined } from '../without-undefined.ts';

/** Settings of a run's validation. */
export interface ValidationOptions {
  validate?: string;
  validatePairs?: string;
  validatePeople?: number;
  threads?: number;
}

/** Scores a network on a list of pairs by the protocol of LFW, which is read once; undefined if none is to be. */
export async function validationOf(
  options: ValidationOptions,
): Promise<TrainOptions['validate'] | undefined> {
  const { validate: folder, validatePairs: pairs, threads } = options;
  if (folder === undefined) return undefined;
  const { lfwPairs } = await import('@hm/datasets');
  return scoring(await lfwPairs(folder, withoutUndefined({ pairs })), threads);
}

/** Training data without the people whom `--validate-people` holds out, and the network's accuracy on pairs of those. */
export async function heldOut(
  data: Dataset,
  { validatePeople, validate, seed, threads }: ValidationOptions & { seed: number },
): Promise<{ data: Dataset; validate?: TrainOptions['validate'] }> {
  if (validatePeople === undefined) return { data };
  if (validate !== undefined) throw bothKinds();
  const { holdOutPeople } = await import('@hm/datasets');
  const held = await holdOutPeople(data, validatePeople, { seed });
  return { data: held.data, validate: await scoring(held.protocol, threads) };
}

async function scoring(
  protocol: VerificationProtocol,
  threads: number | undefined,
): Promise<NonNullable<TrainOptions['validate']>> {
  const { loadEmbedder, verify } = await import('@hm/eval');
  return async (model) => {
    const embedder = await loadEmbedder(model, withoutUndefined({ threads }));
    try {
      return { name: 'accuracy', score: (await verify(embedder, protocol)).accuracy };
    } finally {
      await embedder.release();
    }
  };
}

const bothKinds = () =>
  new InvalidArgumentError({
    where: 'hm train',
    expected: 'one of --validate and --validate-people',
    received: 'both',
    fix: 'Leave out one of them.',
  });
