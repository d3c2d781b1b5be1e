import type { Head } from '@hm/losses';
import type { StepFunction } from '@hm/onnx';
import type { Backbone } from '@hm/resnet';
import { flattenParams, InvalidArgumentError, type Params, unflattenParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Recipe } from './recipe.ts';

type Tensors = Record<string, tf.Tensor>;

/** The part of a recipe that a step computes with; the learning rate comes with every step. */
export type Optimiser = Pick<Recipe, 'momentum' | 'weightDecay' | 'decayNorms' | 'clipNorm'>;

/**
 * One step of stochastic gradient descent as a pure function. State: `params.backbone.*`, `params.head.*`, `momentum.*`
 * with the same names, `statistics.*` of the backbone, `headStatistics.*`. Inputs: `images` `[B, H, W, 3]`, `labels` `[B]` int32, `learningRate` `[]`, `step`
 * `[]` float32. Outputs: `loss` `[]`, the mean over the batch (plus the head's penalty) before the update; `accuracy` `[]`, the share whose class
 * has the highest logit without margin, if the head has logits; `gradientNorm` `[]` if the recipe clips it.
 *
 * @throws {InvalidArgumentError} if a parameter gets no gradient; `fields.names` lists them.
 * @example
 * const program = await compile(trainingStep(resnet18(), arcFace(), paper), { state, inputs });
 */
export function trainingStep(backbone: Backbone, head: Head, optimiser: Optimiser): StepFunction {
  return (state, inputs) => {
    const params = part(state, 'params.');
    const result = forwardBackward(backbone, head, state, inputs);
    const { gradients, outputs } = clip(result.gradients, optimiser.clipNorm);
    const updated = update(params, part(state, 'momentum.'), gradients, inputs.learningRate!, optimiser);
    const accuracy = result.logits && accuracyOf(result.logits, inputs.labels as tf.Tensor1D);
    result.logits?.dispose();
    return {
      state: { ...updated, ...mapRecord(result.statistics, release) },
      outputs: { loss: result.loss, ...(accuracy && { accuracy }), ...outputs },
    };
  };
}

function forwardBackward(backbone: Backbone, head: Head, state: Tensors, inputs: Tensors) {
  const params = part(state, 'params.');
  const names = Object.keys(params);
  const statistics = unflattenParams(part(state, 'statistics.'));
  const headStatistics = unflattenParams(part(state, 'headStatistics.'));
  let kept: { statistics: Tensors; logits: tf.Tensor2D | undefined } | undefined;
  const loss = (...values: tf.Tensor[]) => {
    const tree = unflattenParams(Object.fromEntries(names.map((name, index) => [name, values[index]!])));
    const variables = { params: tree.backbone as Params, statistics };
    const pass = backbone.apply(variables, inputs.images as tf.Tensor4D, 'train');
    const { losses, logits, penalty, ...rest } = head.losses(
      // A head without parameters has no branch in the tree.
      (tree.head ?? {}) as Params,
      pass.embeddings,
      inputs.labels as tf.Tensor1D,
      inputs.step as tf.Scalar,
      headStatistics,
    );
    kept = {
      statistics: {
        ...prefixed('statistics.', flattenParams(pass.statistics)),
        ...prefixed('headStatistics.', flattenParams(rest.statistics ?? {})),
      },
      logits,
    };
    // These leave the scope in which gradients are taken; without this an eager backend would dispose of them.
    for (const tensor of [...(logits ? [logits] : []), ...Object.values(kept.statistics)]) tf.keep(tensor);
    const mean = tf.mean<tf.Scalar>(losses);
    return penalty ? tf.add<tf.Scalar>(mean, penalty) : mean;
  };
  const { value, grads } = tf
    .engine()
    .gradients(() => loss(...Object.values(params)), Object.values(params), undefined, true);
  assertGradients(names, grads);
  return { loss: value, gradients: record(names, grads), ...kept! };
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

function update(
  params: Tensors,
  momentum: Tensors,
  gradients: Tensors,
  learningRate: tf.Tensor,
  optimiser: Optimiser,
): Tensors {
  const velocity = mapRecord(params, (param, name) => {
    const decay = optimiser.decayNorms || param.rank > 1 ? optimiser.weightDecay : 0;
    const gradient = gradients[name]!;
    const slope = decay === 0 ? gradient : tf.add(gradient, tf.mul(param, decay));
    return tf.add(tf.mul(momentum[name]!, optimiser.momentum), slope);
  });
  const moved = mapRecord(params, (param, name) => tf.sub(param, tf.mul(velocity[name]!, learningRate)));
  return { ...prefixed('params.', moved), ...prefixed('momentum.', velocity) };
}

/** A kept tensor as one that belongs to the scope around, as all other results do. */
function release(kept: tf.Tensor): tf.Tensor {
  const released = tf.clone(kept);
  kept.dispose();
  return released;
}

const accuracyOf = (logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor =>
  tf.mean(tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32'));

function assertGradients(names: string[], gradients: readonly (tf.Tensor | null | undefined)[]): void {
  const missing = names.filter((_, index) => !gradients[index]);
  if (missing.length === 0) return;
  throw new InvalidArgumentError({
    where: 'train',
    expected: 'every parameter to take part in the loss',
    received: `no gradient for ${missing.join(', ')}`,
    fix: 'Use these parameters in the network or the head, or leave them out of what `init` returns.',
    fields: { names: missing },
  });
}

/** The entries of a flat record whose names begin with a prefix, without it. */
export const part = <T>(state: Readonly<Record<string, T>>, prefix: string): Record<string, T> =>
  Object.fromEntries(
    Object.entries(state)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );

/** A record with a prefix before every name. */
export const prefixed = <T>(prefix: string, values: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));

const mapRecord = (values: Tensors, change: (value: tf.Tensor, name: string) => tf.Tensor): Tensors =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]));

const record = (names: string[], values: tf.Tensor[]): Tensors =>
  Object.fromEntries(names.map((name, index) => [name, values[index]!]));
