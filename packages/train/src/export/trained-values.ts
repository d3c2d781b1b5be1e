import { type HostTensor, InvalidArgumentError, mergeParams, type Params, unflattenParams } from '@hm/tensor';
import type { BackboneValues } from '../initial-state.ts';
import type { LoadedRun } from '../run-folder/load-run.ts';

type Branches = Record<string, Params<HostTensor>>;

/**
 * Returns the values of a run's backbone: those of its last step, or their moving averages.
 *
 * @param where name of the caller, for the error.
 * @throws {InvalidArgumentError} if there are no averages.
 */
export function trainedValues(
  where: string,
  { state, config }: Pick<LoadedRun, 'state' | 'config'>,
  weights: 'last' | 'average',
): BackboneValues {
  if (weights === 'average' && config.recipe.averageDecay === undefined) throw noAverage(where);
  const {
    params,
    statistics = {},
    average = {},
    averageStatistics = {},
  } = unflattenParams(state) as Branches;
  const values = (last: Params<HostTensor> = {}, averages: Params<HostTensor> = {}) =>
    // Frozen parameters have no average of their own.
    weights === 'average' ? mergeParams(last, averages) : last;
  return {
    params: values((params as Branches).backbone, (average as Branches).backbone),
    statistics: values(statistics, averageStatistics),
  };
}

const noAverage = (where: string) =>
  new InvalidArgumentError({
    where,
    expected: 'a run whose recipe averages weights',
    received: 'a recipe without averageDecay',
    fix: 'Export the last weights, or train with averageDecay.',
  });
