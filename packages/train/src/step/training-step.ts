import { type Head, hardMiningOf } from '@hm/losses';
import type { StepFunction } from '@hm/onnx';
import type { Backbone, Variables } from '@hm/resnet';
import {
  acrossRanks,
  allReduce,
  flattenParams,
  InvalidArgumentError,
  l2Normalize,
  mapParams,
  meanOverRanks,
  mergeParams,
  type Params,
  unflattenParams,
} from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { movingOf, trainedOf } from '../optimize/freeze.ts';
import { optimizerOf } from '../optimize/optimizer-of.ts';
import { lossScaleIn } from '../optimize/scale-loss.ts';
import type { TrainState, Transform } from '../optimize/transform.ts';
import type { Recipe } from '../recipe/recipe.ts';

type Tensors = Record<string, tf.Tensor>;

/** Parts of a recipe that a step depends on. The learning rate is an input of every step. */
export type StepRecipe = Pick<
  Recipe,
  | 'optimizer'
  | 'weightDecay'
  | 'clipNorm'
  | 'averageDecay'
  | 'towardsStart'
  | 'distill'
  | 'stages'
  | 'accumulate'
  | 'freeze'
  | 'batchNorm'
  | 'mixedPrecision'
>;

/** Place of a process: the `rank`-th, from 0, of `count` processes that share a batch. */
export interface Place {
  rank: number;
  count: number;
}

/** Optional outputs of a step, and its place among several processes. */
export interface StepOutputs {
  /** Adds the output `sampleLosses` `[B]`: the losses before hard mining. Default false. */
  sampleLosses?: boolean;
  /**
   * Part of a batch that this process gets if several share it: the `rank`-th of `count`. Gradients, running statistics
   * and outputs are then those of the whole batch, the same on every rank.
   */
  ranks?: Place | undefined;
  /** Replaces the recipe's clipping, weight decay and optimizer. */
  optimizer?: Transform | undefined;
}

/**
 * Returns one step of training as a pure function.
 *
 * State, as tensors by name:
 * - `params.backbone.*`, `params.head.*`
 * - `momentum.*` (SGD), or `firstMoment.*` and `secondMoment.*` (AdamW), of all parameters that are not frozen
 * - `statistics.*` of the backbone, `headStatistics.*`
 * - `average.backbone.*` and `averageStatistics.*` if the recipe averages
 * - `gradientSum.*` if it accumulates
 * - `start.backbone.*` with `towardsStart`, `teacher.params.*` and `teacher.statistics.*` with `distill`: the initial values
 * - `lossScale.scale` and `lossScale.goodSteps` in mixed precision
 *
 * Inputs:
 * - `images` `[B, H, W, 3]`, `labels` `[B]` int32
 * - `unlabeled` `[B, H, W, 3]` with `distill`, if there are other images for it
 * - `learningRate` `[]`, `step` `[]` float32
 * - `update` `[]` if the recipe accumulates: 1 with the last of a step's batches, 0 with those before
 *
 * Outputs:
 * - `loss` `[]`, the mean over the batch (plus the head's penalty) before the update
 * - `accuracy` `[]`, the share of images whose class has the highest logit without margin, if the head has logits
 * - `gradientNorm` `[]` if the recipe clips it
 * - `lossScale` `[]` in mixed precision
 * - what {@link StepOutputs} asks for
 *
 * @throws {InvalidArgumentError} if a parameter that is not frozen gets no gradient; `fields.names` lists them.
 * @example
 * const program = await compile(trainingStep(resnet18(), arcFace(), paper), { state, inputs });
 */
export function trainingStep(
  backbone: Backbone,
  head: Head,
  recipe: StepRecipe,
  { sampleLosses = false, ranks, optimizer: own }: StepOutputs = {},
): StepFunction {
  checkArguments(
    'trainingStep',
    { backbone, head, recipe },
    {
      backbone: { has: ['name', 'config'] },
      head: { has: ['config', 'init'] },
      recipe: { has: ['optimizer', 'weightDecay'] },
    },
  );
  const plainHead = sampleLosses ? (hardMiningOf(head)?.of ?? head) : undefined;
  const optimizer = optimizerOf(recipe, own);
  const parts = { backbone, head, plainHead, ranks, freeze: recipe.freeze, distill: recipe.distill };
  const step = (state: TrainState, inputs: Tensors) => {
    const { gradients, statistics, told, loss } = forwardBackward(parts, state, inputs);
    const { logits, labels, sampleLosses } = told;
    const { learningRate, step, update } = inputs as Tensors & { learningRate: tf.Tensor; step: tf.Tensor };
    const facts = { learningRate, step, update, statistics: mapParams(statistics, meanOverRanks) };
    const change = optimizer.update(mapParams(gradients, allReduce), state, facts);
    const accuracy = logits && meanOverRanks(accuracyOf(logits as tf.Tensor2D, labels as tf.Tensor1D));
    const outputs = { loss: allReduce(loss), ...(accuracy && { accuracy }), ...change.outputs };
    return {
      state: flattenParams(mergeParams(state, change.state ?? {})),
      outputs: { ...outputs, ...(sampleLosses && { sampleLosses }) },
    };
  };
  const { batchNorm = 'local' } = recipe;
  return (state, inputs) =>
    acrossRanks(ranks && { count: ranks.count, batchNorm }, () => step(unflattenParams(state), inputs));
}

interface Parts {
  backbone: Backbone;
  head: Head;
  /** The head without hard mining, if its losses are requested. */
  plainHead: Head | undefined;
  ranks: Place | undefined;
  freeze: readonly string[] | undefined;
  distill: number | undefined;
}

/** Computes the gradients of the trained parameters, the statistics after the batch, outputs, and the unscaled loss. */
function forwardBackward(parts: Parts, state: TrainState, inputs: Tensors) {
  const params = state.params as Params;
  const trained = flattenParams(trainedOf(params, parts.freeze));
  const scale = lossScaleIn(state);
  let kept: { statistics: Params; told: Tensors } | undefined;
  const lossOf = (...values: tf.Tensor[]) => {
    const names = Object.keys(trained);
    const moved = unflattenParams(Object.fromEntries(names.map((name, index) => [name, values[index]!])));
    const { loss, statistics, told } = forward(parts, mergeParams(params, moved), state, inputs);
    kept = { statistics, told: scale === undefined ? told : { ...told, loss: tf.clone(loss) } };
    // These leave the scope in which gradients are computed; otherwise an eager backend would dispose of them.
    for (const tensor of [...Object.values(kept.told), ...Object.values(flattenParams(statistics))])
      tf.keep(tensor);
    return scale === undefined ? loss : tf.mul<tf.Scalar>(loss, scale);
  };
  const values = Object.values(trained);
  const { value, grads } = gradientsOf(() => lossOf(...values), values);
  assertGradients(Object.keys(trained), grads);
  const share = scale && tf.div(1, scale);
  const gradients = Object.keys(trained).map((name, index) => {
    const gradient = grads[index]!;
    return [name, share === undefined ? gradient : tf.mul(gradient, share)] as const;
  });
  const told = mapTensors(kept!.told, release);
  return {
    gradients: unflattenParams(Object.fromEntries(gradients)),
    statistics: mapParams(kept!.statistics, release),
    told,
    loss: told.loss ?? value,
  };
}

/** Computes gradients with tfjs, with a clearer error if an operation of the network or the head has no gradient. */
function gradientsOf(loss: () => tf.Tensor, values: tf.Tensor[]) {
  try {
    return tf.engine().gradients(loss, values, undefined, true);
  } catch (error) {
    const kernel = /gradient function not found for (\w+)/.exec(String(error))?.[1];
    if (kernel === undefined) throw error;
    throw new InvalidArgumentError({
      where: 'train',
      expected: 'operations with a gradient in the network and the loss',
      received: `tf's ${kernel}, which has none`,
      fix: 'Use another operation, wrap it in withoutGradient() of @hm/tensor where it only chooses, or write its gradient with customGradient().',
      fields: { kernel },
      cause: error,
    });
  }
}

/** Computes the loss of a batch (this rank's share of it), the statistics after it, and outputs. */
function forward(parts: Parts, params: Params, state: TrainState, inputs: Tensors) {
  const { backbone, head, plainHead, ranks, freeze, distill } = parts;
  const variables = { params: params.backbone as Params, statistics: (state.statistics ?? {}) as Params };
  const pass = backbone.apply(variables, inputs.images as tf.Tensor4D, 'train');
  // A head without parameters has no branch in the tree.
  const headParams = (params.head ?? {}) as Params;
  const headStatistics = (state.headStatistics ?? {}) as Params;
  const whole = <T extends tf.Tensor>(own: T): T =>
    ranks === undefined ? tf.clone(own) : gatherBatch(own, ranks);
  const seen = head.needsWholeBatch ? whole : <T extends tf.Tensor>(own: T) => tf.clone(own);
  const [embeddings, labels] = [seen(pass.embeddings), seen(inputs.labels as tf.Tensor1D)];
  const lossesOf = (of: Head) =>
    of.losses(headParams, embeddings, labels, inputs.step as tf.Scalar, headStatistics);
  const { losses, logits, penalty, statistics = {} } = lossesOf(head);
  const plain = plainHead === head ? losses : plainHead && lossesOf(plainHead).losses;
  const sampleLosses = plain && (head.needsWholeBatch ? tf.clone(plain) : whole(plain));
  const mean = tf.mean<tf.Scalar>(losses);
  const penalized = penalty ? tf.add<tf.Scalar>(mean, penalty) : mean;
  const loss =
    distill === undefined
      ? penalized
      : tf.add<tf.Scalar>(penalized, tf.mul(forgetting(backbone, variables, pass, state, inputs), distill));
  return {
    loss: ranks === undefined ? loss : tf.mul<tf.Scalar>(loss, 1 / ranks.count),
    statistics: {
      statistics: movingOf(pass.statistics, 'backbone', freeze),
      headStatistics: movingOf(statistics, 'head', freeze),
    },
    told: { ...(logits && { logits, labels }), ...(sampleLosses && { sampleLosses }) } as Tensors,
  };
}

/** Joins the parts of a batch from all ranks: `[B/N, …]` on each becomes `[B, …]` on all. Has a gradient. */
function gatherBatch<T extends tf.Tensor>(part: T, { rank, count }: Place): T {
  const size = part.shape[0]!;
  const paddings = part.shape.map((): [number, number] => [0, 0]);
  paddings[0] = [rank * size, (count - 1 - rank) * size];
  return tf.tidy(() => {
    // Padded with zeros, the parts end up in their places when they are summed.
    const whole = allReduce(tf.pad(tf.cast(part, 'float32'), paddings));
    return tf.cast(whole, part.dtype as 'float32') as unknown as T;
  });
}

/** Moves a kept tensor into the surrounding scope, like all other results. */
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

const mapTensors = (tensors: Tensors, change: (tensor: tf.Tensor) => tf.Tensor): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));

/**
 * Distance of the embeddings from those of the initial network: the mean of `1 − cos`. It is taken over the images
 * without labels if there are any, which pass as in inference, else over the batch.
 *
 * @param pass result of the backbone for the batch.
 */
function forgetting(
  backbone: Backbone,
  variables: Variables,
  pass: { embeddings: tf.Tensor2D },
  { teacher }: TrainState,
  { images, unlabeled }: Record<string, tf.Tensor>,
): tf.Scalar {
  const seen = (unlabeled ?? images) as tf.Tensor4D;
  const { params = {}, statistics = {} } = teacher as Record<string, Params>;
  const wanted = backbone.apply({ params, statistics }, seen, 'inference').embeddings;
  const given =
    unlabeled === undefined ? pass.embeddings : backbone.apply(variables, seen, 'inference').embeddings;
  const cosines = tf.sum(tf.mul(l2Normalize(given), l2Normalize(wanted)), 1);
  return tf.sub(1, tf.mean(cosines));
}
