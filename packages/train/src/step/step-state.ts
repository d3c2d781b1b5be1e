import { type HostTensor, hostZeros } from '@hm/tensor';
import { assertFreezable, fitsAny } from './frozen.ts';
import { lossScaleState } from './loss-scaling.ts';
import { slotNames } from './optimiser.ts';
import { mapRecord, part, prefixed } from './records.ts';
import type { StepRecipe } from './training-step.ts';

type HostTensors = Record<string, HostTensor>;

const SUM = 'gradientSum.';

/**
 * The state of a step before the first one: parameters and statistics, and what the recipe keeps beside them.
 *
 * @param values `params.*`, `statistics.*` and `headStatistics.*`.
 * @throws {InvalidArgumentError} if the recipe freezes what is not there, or everything.
 */
export function stepState(recipe: StepRecipe, values: HostTensors): HostTensors {
  const { freeze = [], averageDecay } = recipe;
  const params = part(values, 'params.');
  assertFreezable(Object.keys(params), freeze);
  const zeros = mapRecord(trainedOf(params, freeze), ({ shape }) => hostZeros('float32', shape));
  const averages = {
    ...prefixed('average.', onlyBackbone(trainedOf(params, freeze))),
    ...prefixed('averageStatistics.', part(values, 'statistics.')),
  };
  return withGradientSums(recipe, {
    ...prefixed('params.', params),
    ...Object.assign({}, ...slotNames(recipe.optimiser).map((name) => prefixed(`${name}.`, zeros))),
    ...values,
    ...(averageDecay === undefined ? {} : averages),
    ...lossScaleState(recipe.mixedPrecision),
  });
}

/** Between steps the sums of gradients are zero: checkpoints leave them out, and whoever goes on adds them. */
export function withGradientSums(recipe: StepRecipe, state: HostTensors): HostTensors {
  if (recipe.accumulate === undefined) return state;
  const trained = trainedOf(part(state, 'params.'), recipe.freeze ?? []);
  return {
    ...state,
    ...prefixed(
      SUM,
      mapRecord(trained, ({ shape }) => hostZeros('float32', shape)),
    ),
  };
}

/** A state as checkpoints hold it. */
export const withoutGradientSums = (state: HostTensors): HostTensors =>
  Object.fromEntries(Object.entries(state).filter(([name]) => !name.startsWith(SUM)));

const trainedOf = (params: HostTensors, freeze: readonly string[]): HostTensors =>
  Object.fromEntries(Object.entries(params).filter(([name]) => !fitsAny(name, freeze)));

const onlyBackbone = (params: HostTensors): HostTensors =>
  Object.fromEntries(Object.entries(params).filter(([name]) => name.startsWith('backbone.')));
