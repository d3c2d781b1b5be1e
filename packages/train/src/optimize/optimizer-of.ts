import { checkArguments } from '@hm/tensor/host';
import { accumulate } from './accumulate.ts';
import { type AdamW, adam } from './adamw.ts';
import { average } from './average.ts';
import { clip } from './clip.ts';
import { type MixedPrecision, scaleLoss, scalingOf } from './scale-loss.ts';
import { type Sgd, sgd } from './sgd.ts';
import { inStages, type Stage } from './stages.ts';
import { towardsStart } from './towards-start.ts';
import { chain, type Transform } from './transform.ts';
import { decay, decoupledDecay, type WeightDecay } from './weight-decay.ts';

/** How gradients move parameters, as plain data. */
export type OptimizerConfig = Sgd | AdamW;

/** Parts of a recipe that determine how gradients change the state. */
export interface OptimizerRecipe {
  optimizer: OptimizerConfig;
  weightDecay: WeightDecay;
  clipNorm?: number;
  averageDecay?: number;
  towardsStart?: number;
  stages?: readonly Stage[];
  accumulate?: number;
  mixedPrecision?: boolean | MixedPrecision;
}

/**
 * Returns the chain of transforms that a recipe describes.
 *
 * @param own replaces the recipe's clipping, weight decay and optimizer; all else is the recipe's, including stages and
 * averages.
 */
export function optimizerOf(recipe: OptimizerRecipe, own?: Transform): Transform {
  checkArguments('optimizerOf', { recipe }, { recipe: { has: ['optimizer', 'weightDecay'] } });
  const { optimizer, weightDecay, clipNorm, averageDecay, accumulate: batches, mixedPrecision } = recipe;
  const descent =
    optimizer.kind === 'sgd'
      ? [decay(weightDecay), sgd(optimizer)]
      : [decoupledDecay(weightDecay), adam(optimizer)];
  const clipping = clipNorm === undefined ? [] : [clip(clipNorm)];
  const pull = recipe.towardsStart === undefined ? [] : [towardsStart(recipe.towardsStart)];
  const whole = own === undefined ? [...clipping, ...pull, ...descent] : [...pull, own];
  const moving = recipe.stages === undefined ? whole : [inStages(recipe.stages, chain(...whole))];
  const averages = averageDecay === undefined ? [] : [average(averageDecay)];
  const applied = chain(runningStatistics, ...moving, ...averages);
  const scaling = scalingOf(mixedPrecision);
  const guarded = scaling === undefined ? applied : scaleLoss(scaling, applied);
  return batches === undefined ? guarded : accumulate({ batches, overflows: scaling !== undefined }, guarded);
}

/** Stores the running statistics as they are after the batch. */
const runningStatistics: Transform = {
  update: (_gradients, _state, { statistics }) => ({ state: statistics }),
};
