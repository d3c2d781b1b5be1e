import type { StepFunction } from '@hm/onnx';
import type { StepOptions } from '../engine/compile-on.ts';
import { scalingOf } from '../optimize/scale-loss.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Communicator } from '../parallel/communicator.ts';
import { trainingStep } from './training-step.ts';

/** Returns the step of a run, and the options to compile it with. */
export function stepOf(
  { backbone, head, recipe, unlabeled, hardness = false, optimizer }: ResolvedOptions,
  state: StepOptions['state'],
  ranks: Communicator,
): { step: StepFunction; stepOptions: StepOptions } {
  const batchSize = recipe.batchSize / (recipe.accumulate ?? 1) / ranks.count;
  const shared = ranks.count > 1 ? ranks : undefined;
  const step = trainingStep(backbone, head, recipe, { sampleLosses: hardness, ranks: shared, optimizer });
  const stepOptions: StepOptions = {
    state,
    inputs: {
      images: { shape: [batchSize, ...backbone.imageSize, 3] },
      labels: { shape: [batchSize], dtype: 'int32' },
      ...(unlabeled && { unlabeled: { shape: [batchSize, ...backbone.imageSize, 3] } }),
      learningRate: { shape: [] },
      step: { shape: [] },
      ...(recipe.accumulate === undefined ? {} : { update: { shape: [] } }),
    },
    ...(shared && { sumOverRanks: (values) => ranks.sum(values) }),
    mixedPrecision: scalingOf(recipe.mixedPrecision) !== undefined,
  };
  return { step, stepOptions };
}
