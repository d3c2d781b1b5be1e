import { flattenParams, type HostTensor, type Params } from '@hm/tensor';
import { assertFreezable, trainedOf } from '../optimize/freeze.ts';
import { optimizerOf } from '../optimize/optimizer-of.ts';
import type { TrainState, Transform } from '../optimize/transform.ts';
import type { StepRecipe } from './training-step.ts';

/**
 * Returns the state before the first step: parameters, statistics and the initial state of the recipe's optimizer.
 *
 * @param values `params`, `statistics` and `headStatistics`.
 * @throws {InvalidArgumentError} if the recipe freezes parameters that do not exist, or all of them.
 */
export function firstState(
  recipe: StepRecipe,
  values: TrainState<HostTensor>,
  optimizer?: Transform,
): TrainState<HostTensor> {
  const params = values.params as Params<HostTensor>;
  assertFreezable(Object.keys(flattenParams(params)), recipe.freeze ?? []);
  const kept = optimizerOf(recipe, optimizer).init!(trainedOf(params, recipe.freeze), values);
  return { params, ...values, ...kept, ...teacherOf(recipe, values) };
}

/** Copy of the initial network, for a recipe that distills from it. */
function teacherOf({ distill }: StepRecipe, values: TrainState<HostTensor>): TrainState<HostTensor> {
  if (distill === undefined) return {};
  const { params, statistics = {} } = values as Record<string, Params<HostTensor>>;
  return { teacher: { params: (params as Record<string, Params<HostTensor>>).backbone!, statistics } };
}

/** Between steps the sums of gradients are zero, so checkpoints omit them; resuming adds them back. */
export function resumedState(
  recipe: StepRecipe,
  state: TrainState<HostTensor>,
  optimizer?: Transform,
): TrainState<HostTensor> {
  if (recipe.accumulate === undefined) return state;
  const { params = {}, statistics = {}, headStatistics = {} } = state;
  const first = firstState(recipe, { params, statistics, headStatistics }, optimizer);
  return { ...state, gradientSum: first.gradientSum! };
}

/** Returns a state as checkpoints hold it. */
export const betweenSteps = <T>({ gradientSum: _, ...state }: TrainState<T>): TrainState<T> => state;
