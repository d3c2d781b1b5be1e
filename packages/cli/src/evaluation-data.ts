import type { VerificationProtocol } from '@hm/datasets';
import type { TemplateOptions } from '@hm/eval';
import { InvalidArgumentError } from '@hm/tensor/host';
import { assertFolder } from './input.ts';
import { withoutUndefined } from './options/without-undefined.ts';

/** Options of `hm eval` that choose its pairs. */
export interface EvaluationDataOptions {
  lfw?: string;
  protocol?: string;
  pairs?: string;
  trainPairs?: string;
  skipMissing?: true;
  groups?: string;
}

/** Opens the pairs to score and, with `trainPairs`, those to choose the threshold on. */
export async function evaluationData(
  options: EvaluationDataOptions,
): Promise<{ test: VerificationProtocol; train?: VerificationProtocol }> {
  const { lfw, protocol, pairs, trainPairs, skipMissing, groups } = options;
  if ((lfw === undefined) === (protocol === undefined)) throw oneOf(lfw);
  if (trainPairs !== undefined && lfw === undefined) throw oneOf(lfw);
  if (lfw !== undefined && !/\.(tar|tgz|tar\.gz)$/i.test(lfw))
    await assertFolder(lfw, 'a folder of aligned images');
  const { imageTable, lfwPairs, openProtocol } = await import('@hm/datasets');
  const described = async (found: VerificationProtocol) =>
    groups === undefined ? found : imageTable(found, groups);
  const list = withoutUndefined({ pairs, skipMissing });
  if (lfw === undefined) return { test: await described(await openProtocol(protocol!, list)) };
  const test = await described(await lfwPairs(lfw, list));
  if (trainPairs === undefined) return { test };
  return { test, train: await lfwPairs(lfw, withoutUndefined({ pairs: trainPairs, skipMissing })) };
}

/** Returns how the images of a template are combined, or undefined if no option says so. */
export function templateOptions({
  aggregation,
  bestFrames,
  keepNorms,
}: {
  aggregation?: NonNullable<TemplateOptions['aggregation']>;
  bestFrames?: number;
  keepNorms?: true;
}): TemplateOptions | undefined {
  if (aggregation === undefined && bestFrames === undefined && keepNorms === undefined) return undefined;
  return withoutUndefined({
    aggregation,
    best: bestFrames === undefined ? undefined : ({ count: bestFrames, by: 'norm' } as const),
    norms: keepNorms ? ('keep' as const) : undefined,
  });
}

const oneOf = (lfw: string | undefined) =>
  new InvalidArgumentError({
    where: 'hm eval',
    expected: 'either --lfw FOLDER, perhaps with --train-pairs, or --protocol PATH',
    received: lfw === undefined ? 'no --lfw' : 'both',
    fix: 'Say which pairs are scored.',
  });
