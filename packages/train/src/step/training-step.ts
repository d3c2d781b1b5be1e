import { type Head, hardMiningOf } from '@hm/losses';
import type { StepFunction } from '@hm/onnx';
import type { Backbone } from '@hm/resnet';
import {
  acrossRanks,
  allReduce,
  flattenParams,
  InvalidArgumentError,
  meanOverRanks,
  type Params,
  unflattenParams,
} from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { gatherBatch } from '../parallel/gather-batch.ts';
import type { Place } from '../parallel/place-of.ts';
import type { Recipe } from '../recipe.ts';
import { applyGradients } from './apply-gradients.ts';
import { fitsAny } from './frozen.ts';
import { afterScaledStep, lossScaleIn } from './loss-scaling.ts';
import { mapRecord, part, prefixed } from './records.ts';

type Tensors = Record<string, tf.Tensor>;

/** The part of a recipe that a step computes with; the learning rate comes with every step. */
export type StepRecipe = Pick<
  Recipe,
  | 'optimiser'
  | 'weightDecay'
  | 'clipNorm'
  | 'averageDecay'
  | 'accumulate'
  | 'freeze'
  | 'batchNorm'
  | 'mixedPrecision'
>;

/** What a step tells only when asked, and who shares it. */
export interface StepOutputs {
  /** Adds the output `sampleLosses` `[B]`: the losses before hard mining. Default false. */
  sampleLosses?: boolean;
  /**
   * The part of a batch that comes in, where several processes share it: the `rank`-th of `count`. Gradients, running
   * statistics and outputs are then those of the whole batch, the same on every rank.
   */
  ranks?: Place | undefined;
}

/**
 * One step of training as a pure function.
 *
 * State, tensors by name: `params.backbone.*`, `params.head.*`; `momentum.*` of SGD or `firstMoment.*` and
 * `secondMoment.*` of AdamW with the same names, but for those that are frozen; `statistics.*` of the backbone,
 * `headStatistics.*`; `average.backbone.*` and `averageStatistics.*` if the recipe averages; `gradientSum.*` if it
 * accumulates; `lossScale.scale` and `lossScale.goodSteps` in mixed precision.
 *
 * Inputs: `images` `[B, H, W, 3]`, `labels` `[B]` int32, `learningRate` `[]`, `step` `[]` float32, and `update` `[]`
 * if the recipe accumulates: 1 with the last of a step's batches, 0 with those before.
 *
 * Outputs: `loss` `[]`, the mean over the batch (plus the head's penalty) before the update; `accuracy` `[]`, the share
 * whose class has the highest logit without margin, if the head has logits; `gradientNorm` `[]` if the recipe clips it;
 * `lossScale` `[]` in mixed precision; what {@link StepOutputs} asks for.
 *
 * @throws {InvalidArgumentError} if a parameter that is not frozen gets no gradient; `fields.names` lists them.
 * @example
 * const program = await compile(trainingStep(resnet18(), arcFace(), paper), { state, inputs });
 */
export function trainingStep(
  backbone: Backbone,
  head: Head,
  recipe: StepRecipe,
  { sampleLosses = false, ranks }: StepOutputs = {},
): StepFunction {
  const plainHead = sampleLosses ? (hardMiningOf(head)?.of ?? head) : undefined;
  const parts = { backbone, head, plainHead, ranks };
  const step: StepFunction = (state, inputs) => {
    const { gradients, statistics, extra, loss } = forwardBackward(parts, recipe, state, inputs);
    const moved = mapRecord(mapRecord(statistics, release), meanOverRanks);
    const { logits, labels, loss: unscaled = loss, ...plain } = mapRecord(extra, release);
    const applied = applyGradients(recipe, { ...state, ...moved }, mapRecord(gradients, allReduce), inputs);
    const { state: after, outputs: scale } = afterScaledStep(recipe.mixedPrecision, {
      state,
      next: { ...state, ...moved, ...applied.state },
      gradients: applied.gradients,
      update: inputs.update,
    });
    const accuracy = logits && meanOverRanks(accuracyOf(logits as tf.Tensor2D, labels as tf.Tensor1D));
    return {
      state: after,
      outputs: {
        loss: allReduce(unscaled),
        ...(accuracy && { accuracy }),
        ...applied.outputs,
        ...scale,
        ...plain,
      },
    };
  };
  const { batchNorm = 'local' } = recipe;
  return (...inputs) => acrossRanks(ranks && { count: ranks.count, batchNorm }, () => step(...inputs));
}

interface Parts {
  backbone: Backbone;
  head: Head;
  /** The head without hard mining, if its losses are asked for. */
  plainHead: Head | undefined;
  ranks: Place | undefined;
}

function forwardBackward(parts: Parts, { freeze = [] }: StepRecipe, state: Tensors, inputs: Tensors) {
  const params = part(state, 'params.');
  const names = Object.keys(params).filter((name) => !fitsAny(name, freeze));
  const trained = names.map((name) => params[name]!);
  const scale = lossScaleIn(state);
  let kept: { statistics: Tensors; extra: Tensors } | undefined;
  const loss = (...values: tf.Tensor[]) => {
    const tree = unflattenParams({ ...params, ...record(names, values) });
    const { loss, statistics, extra } = forward(parts, tree, state, inputs);
    // What is told of it is the loss without its scale.
    if (scale !== undefined) extra.loss = tf.clone(loss);
    const moving = Object.entries(statistics).filter(([name]) => !fitsAny(ownerOf(name), freeze));
    kept = { statistics: Object.fromEntries(moving), extra };
    // These leave the scope in which gradients are taken; without this an eager backend would dispose of them.
    for (const tensor of [...Object.values(extra), ...Object.values(kept.statistics)]) tf.keep(tensor);
    return scale === undefined ? loss : tf.mul<tf.Scalar>(loss, scale);
  };
  const { value, grads } = tf.engine().gradients(() => loss(...trained), trained, undefined, true);
  assertGradients(names, grads);
  const gradients = record(names, grads);
  if (scale === undefined) return { loss: value, gradients, ...kept! };
  const share = tf.div(1, scale);
  return { loss: value, gradients: mapRecord(gradients, (gradient) => tf.mul(gradient, share)), ...kept! };
}

/** The name that statistics share with the parameters of their layer, by which they are frozen. */
const ownerOf = (name: string) => name.replace(/^statistics/, 'backbone').replace(/^headStatistics/, 'head');

/** The loss of a batch (this rank's share of it), the statistics after it, and what is told of it. */
function forward(parts: Parts, params: Params, state: Tensors, inputs: Tensors) {
  const { backbone, head, plainHead, ranks } = parts;
  const variables = {
    params: params.backbone as Params,
    statistics: unflattenParams(part(state, 'statistics.')),
  };
  const pass = backbone.apply(variables, inputs.images as tf.Tensor4D, 'train');
  const headStatistics = unflattenParams(part(state, 'headStatistics.'));
  // A head without parameters has no branch in the tree.
  const headParams = (params.head ?? {}) as Params;
  const whole = <T extends tf.Tensor>(own: T): T =>
    ranks === undefined ? tf.clone(own) : gatherBatch(own, ranks);
  const seen = head.needsWholeBatch ? whole : <T extends tf.Tensor>(own: T) => tf.clone(own);
  const [embeddings, labels] = [seen(pass.embeddings), seen(inputs.labels as tf.Tensor1D)];
  const lossesOf = (of: Head) =>
    of.losses(headParams, embeddings, labels, inputs.step as tf.Scalar, headStatistics);
  const { losses, logits, penalty, statistics = {} } = lossesOf(head);
  const plain = plainHead === head ? losses : plainHead && lossesOf(plainHead).losses;
  const told = plain && (head.needsWholeBatch ? tf.clone(plain) : whole(plain));
  const mean = tf.mean<tf.Scalar>(losses);
  const loss = penalty ? tf.add<tf.Scalar>(mean, penalty) : mean;
  return {
    loss: ranks === undefined ? loss : tf.mul<tf.Scalar>(loss, 1 / ranks.count),
    statistics: {
      ...prefixed('statistics.', flattenParams(pass.statistics)),
      ...prefixed('headStatistics.', flattenParams(statistics)),
    },
    extra: { ...(logits && { logits, labels }), ...(told && { sampleLosses: told }) } as Tensors,
  };
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

const record = (names: string[], values: tf.Tensor[]): Tensors =>
  Object.fromEntries(names.map((name, index) => [name, values[index]!]));
