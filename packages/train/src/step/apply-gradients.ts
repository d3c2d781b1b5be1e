import * as tf from '@tensorflow/tfjs-core';
import { slotNames, update } from './optimiser.ts';
import { mapRecord, part, prefixed } from './records.ts';
import type { StepRecipe } from './training-step.ts';
import { decayOf } from './weight-decay.ts';

type Tensors = Record<string, tf.Tensor>;

/** What follows from gradients: the parts of the state that change, and the outputs that tell of them. */
export interface Applied {
  state: Tensors;
  /** What was applied, before clipping: the gradients, or their sums so far if the recipe accumulates. */
  gradients: Tensors;
  outputs: Tensors;
}

/**
 * Accumulates, clips and applies the gradients of a batch, and moves the averages: the second half of
 * {@link trainingStep}, for a step of one's own. It does not scale: `mixedPrecision` is trainingStep's.
 *
 * @param state as the step has it, statistics already moved on by this batch.
 * @param gradients by the names of trained parameters, without `params.`.
 * @param inputs scalars: `learningRate`, `step`, and `update` if the recipe accumulates.
 */
export function applyGradients(
  recipe: StepRecipe,
  state: Tensors,
  gradients: Tensors,
  inputs: Tensors,
): Applied {
  if (recipe.accumulate === undefined) return applyNow(recipe, state, gradients, inputs);
  const isUpdate = inputs.update!;
  const share = 1 / recipe.accumulate;
  const sums = mapRecord(gradients, (gradient, name) =>
    tf.add(state[`gradientSum.${name}`]!, tf.mul(gradient, share)),
  );
  const applied = applyNow(recipe, state, sums, inputs);
  const isLater = tf.sub(1, isUpdate);
  // Multiplied by one and by zero, the values are those of one side to the bit.
  const either = mapRecord(applied.state, (next, name) =>
    tf.add(tf.mul(next, isUpdate), tf.mul(state[name]!, isLater)),
  );
  const rest = mapRecord(sums, (sum) => tf.mul(sum, isLater));
  return { ...applied, state: { ...either, ...prefixed('gradientSum.', rest) } };
}

function applyNow(recipe: StepRecipe, state: Tensors, gradients: Tensors, inputs: Tensors): Applied {
  const { gradients: clipped, outputs } = clip(gradients, recipe.clipNorm);
  const slots = slotNames(recipe.optimiser).map((name) => [name, part(state, `${name}.`)] as const);
  const updated = update(recipe.optimiser, {
    params: mapRecord(gradients, (_, name) => state[`params.${name}`]!),
    gradients: clipped,
    slots: Object.fromEntries(slots),
    learningRate: inputs.learningRate!,
    step: inputs.step!,
    decayOf: (name, rank) => decayOf(recipe.weightDecay, name, rank),
  });
  const moved = {
    ...prefixed('params.', updated.params),
    ...Object.assign(
      {},
      ...Object.entries(updated.slots).map(([name, values]) => prefixed(`${name}.`, values)),
    ),
  };
  const after = { ...moved, ...averages(recipe, { ...state, ...moved }, inputs.step!) };
  return { state: after, gradients, outputs };
}

function clip(gradients: Tensors, clipNorm: number | undefined): { gradients: Tensors; outputs: Tensors } {
  if (clipNorm === undefined) return { gradients, outputs: {} };
  const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
  const gradientNorm = tf.sqrt(squares.reduce((sum, square) => tf.add(sum, square)));
  const scale = tf.minimum(1, tf.div(clipNorm, tf.add(gradientNorm, 1e-6)));
  return {
    gradients: mapRecord(gradients, (gradient) => tf.mul(gradient, scale)),
    outputs: { gradientNorm },
  };
}

/** `a ← a + (1 − d)(p − a)`, where d grows to the recipe's decay as `(1 + t) / (10 + t)`, so that the start is forgotten. */
function averages({ averageDecay }: StepRecipe, state: Tensors, step: tf.Tensor): Tensors {
  if (averageDecay === undefined) return {};
  const decay = tf.minimum(averageDecay, tf.div(tf.add(step, 1), tf.add(step, 10)));
  const share = tf.sub(1, decay);
  const follow = (average: string, of: string) =>
    prefixed(
      average,
      mapRecord(part(state, average), (old, name) =>
        tf.add(old, tf.mul(tf.sub(state[of + name]!, old), share)),
      ),
    );
  return { ...follow('average.', 'params.'), ...follow('averageStatistics.', 'statistics.') };
}
