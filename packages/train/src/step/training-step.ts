import type { Head } from '@hm/losses';
import type { StepFunction } from '@hm/onnx';
import type { Backbone } from '@hm/resnet';
import { flattenParams, InvalidArgumentError, type Params, unflattenParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { withoutHardMining } from '../heads/head-of.ts';
import type { Recipe } from '../recipe.ts';
import { applyGradients } from './apply-gradients.ts';
import { fitsAny } from './frozen.ts';
import { mapRecord, part, prefixed } from './records.ts';

type Tensors = Record<string, tf.Tensor>;

/** The part of a recipe that a step computes with; the learning rate comes with every step. */
export type StepRecipe = Pick<
  Recipe,
  'optimiser' | 'weightDecay' | 'clipNorm' | 'averageDecay' | 'accumulate' | 'freeze'
>;

/** What a step tells only when asked. */
export interface StepOutputs {
  /** Adds the output `sampleLosses` `[B]`: the losses before hard mining. Default false. */
  sampleLosses?: boolean;
}

/**
 * One step of training as a pure function.
 *
 * State, tensors by name: `params.backbone.*`, `params.head.*`; `momentum.*` of SGD or `firstMoment.*` and
 * `secondMoment.*` of AdamW with the same names, but for those that are frozen; `statistics.*` of the backbone,
 * `headStatistics.*`; `average.backbone.*` and `averageStatistics.*` if the recipe averages; `gradientSum.*` if it
 * accumulates.
 *
 * Inputs: `images` `[B, H, W, 3]`, `labels` `[B]` int32, `learningRate` `[]`, `step` `[]` float32, and `update` `[]`
 * if the recipe accumulates: 1 with the last of a step's batches, 0 with those before.
 *
 * Outputs: `loss` `[]`, the mean over the batch (plus the head's penalty) before the update; `accuracy` `[]`, the share
 * whose class has the highest logit without margin, if the head has logits; `gradientNorm` `[]` if the recipe clips it;
 * what {@link StepOutputs} asks for.
 *
 * @throws {InvalidArgumentError} if a parameter that is not frozen gets no gradient; `fields.names` lists them.
 * @example
 * const program = await compile(trainingStep(resnet18(), arcFace(), paper), { state, inputs });
 */
export function trainingStep(
  backbone: Backbone,
  head: Head,
  recipe: StepRecipe,
  { sampleLosses = false }: StepOutputs = {},
): StepFunction {
  const plainHead = sampleLosses ? withoutHardMining(head) : undefined;
  return (state, inputs) => {
    const { gradients, statistics, extra, loss } = forwardBackward(
      { backbone, head, plainHead },
      recipe,
      state,
      inputs,
    );
    const released = mapRecord(statistics, release);
    const { logits, ...plain } = extra;
    const applied = applyGradients(recipe, { ...state, ...released }, gradients, inputs);
    const accuracy = logits && accuracyOf(logits as tf.Tensor2D, inputs.labels as tf.Tensor1D);
    logits?.dispose();
    return {
      state: { ...state, ...released, ...applied.state },
      outputs: { loss, ...(accuracy && { accuracy }), ...applied.outputs, ...mapRecord(plain, release) },
    };
  };
}

interface Parts {
  backbone: Backbone;
  head: Head;
  /** The head without hard mining, if its losses are asked for. */
  plainHead: Head | undefined;
}

function forwardBackward(
  { backbone, head, plainHead }: Parts,
  { freeze = [] }: StepRecipe,
  state: Tensors,
  inputs: Tensors,
) {
  const params = part(state, 'params.');
  const names = Object.keys(params).filter((name) => !fitsAny(name, freeze));
  const statistics = unflattenParams(part(state, 'statistics.'));
  const headStatistics = unflattenParams(part(state, 'headStatistics.'));
  let kept: { statistics: Tensors; extra: Tensors } | undefined;
  const loss = (...values: tf.Tensor[]) => {
    const tree = unflattenParams({ ...params, ...record(names, values) });
    const variables = { params: tree.backbone as Params, statistics };
    const pass = backbone.apply(variables, inputs.images as tf.Tensor4D, 'train');
    const lossesOf = (of: Head) =>
      of.losses(
        // A head without parameters has no branch in the tree.
        (tree.head ?? {}) as Params,
        pass.embeddings,
        inputs.labels as tf.Tensor1D,
        inputs.step as tf.Scalar,
        headStatistics,
      );
    const { losses, logits, penalty, ...rest } = lossesOf(head);
    const plain = plainHead && {
      sampleLosses: plainHead === head ? tf.clone(losses) : lossesOf(plainHead).losses,
    };
    kept = {
      statistics: {
        ...moving('statistics.', 'backbone.', pass.statistics, freeze),
        ...moving('headStatistics.', 'head.', rest.statistics ?? {}, freeze),
      },
      extra: { ...(logits && { logits }), ...plain },
    };
    // These leave the scope in which gradients are taken; without this an eager backend would dispose of them.
    for (const tensor of [...Object.values(kept.extra), ...Object.values(kept.statistics)]) tf.keep(tensor);
    const mean = tf.mean<tf.Scalar>(losses);
    return penalty ? tf.add<tf.Scalar>(mean, penalty) : mean;
  };
  const trained = names.map((name) => params[name]!);
  const { value, grads } = tf.engine().gradients(() => loss(...trained), trained, undefined, true);
  assertGradients(names, grads);
  return { loss: value, gradients: record(names, grads), ...kept! };
}

/** The statistics that move: those of a layer whose parameters are frozen by name stay as they are. */
const moving = (prefix: string, owner: string, statistics: Params, freeze: readonly string[]): Tensors =>
  prefixed(
    prefix,
    Object.fromEntries(
      Object.entries(flattenParams(statistics)).filter(([name]) => !fitsAny(owner + name, freeze)),
    ),
  );

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
