import { type HostTensor, InvalidArgumentError, mergeParams, type Params } from '@hm/tensor';
import type * as tf from '@tensorflow/tfjs-core';

/**
 * Everything that a step of training changes, as a tree: `params: { backbone, head }`, `statistics` of the backbone,
 * `headStatistics`, and what the optimizer keeps between steps, each under its own name: `momentum`, `average`.
 * Checkpoints and graphs use the dotted names of its tensors, such as `params.backbone.stem.kernel`.
 */
export type TrainState<T = tf.Tensor> = Params<T>;

/** Inputs of a transform besides gradients and state. */
export interface StepFacts {
  /** Learning rate, a scalar. */
  learningRate: tf.Tensor;
  /** Number of finished steps, a scalar. */
  step: tf.Tensor;
  /**
   * Returns the number of steps that have moved a parameter, a scalar, where that is not `step`: in a stage that opens
   * later. Moving averages, such as Adam's, begin then.
   */
  ownSteps?(name: string): tf.Tensor | undefined;
  /** 1 with the last batch of a step, 0 with the batches before it; only if gradients are accumulated. */
  update?: tf.Tensor | undefined;
  /** `statistics` and `headStatistics` as this batch leaves them. */
  statistics: Params;
}

/** Changes by a transform; everything left out stays as it is. */
export interface Change {
  /** Gradients for the transforms after it. */
  gradients?: Params;
  /** Changed parts of the state, such as `{ params, momentum }`. Tensors that are not in it stay. */
  state?: Params;
  /** Scalars that the step returns. */
  outputs?: Record<string, tf.Tensor>;
}

/**
 * Part of an optimizer, which for example clips gradients, adds weight decay, moves parameters or averages them. Its
 * functions are pure functions of tensors, which are traced into the step's graph.
 *
 * @example
 * const signDescent: Transform = {
 *   update: (gradients, { params }, { learningRate }) => ({
 *     state: {
 *       params: zipParams((g, p: tf.Tensor) => tf.sub(p, tf.mul(tf.sign(g), learningRate)), gradients, params as Params),
 *     },
 *   }),
 * };
 */
export interface Transform {
  /** Returns the initial values of what it keeps, as trees by name. `trained` are the parameters that get gradients. */
  init?(trained: Params<HostTensor>, state: TrainState<HostTensor>): Params<HostTensor>;
  /**
   * Computes one step.
   *
   * @param gradients gradients of the trained parameters, in a tree like `state.params`.
   * @param state the state with all changes so far.
   */
  update(gradients: Params, state: TrainState, facts: StepFacts): Change;
}

/** Custom optimizer for a run, whose configuration stores its name and `config`. */
export interface Optimizer extends Transform {
  name: string;
  config?: Readonly<Record<string, unknown>>;
}

/**
 * Runs transforms one after another: each gets the gradients and the state that the previous ones return.
 *
 * @throws {InvalidArgumentError} from `init`, if two of them keep something under the same name.
 * @example
 * const optimizer = chain(clip(5), decay(5e-4), sgd({ momentum: 0.9 }));
 */
export const chain = (...transforms: readonly Transform[]): Transform => ({
  init(trained, state) {
    const kept: Params<HostTensor> = {};
    for (const { init } of transforms) {
      const own = init?.(trained, state) ?? {};
      const twice = Object.keys(own).find((name) => Object.hasOwn({ ...state, ...kept }, name));
      if (twice !== undefined) throw keptTwice(twice);
      Object.assign(kept, own);
    }
    return kept;
  },
  update(gradients, state, facts) {
    return transforms.reduce<Required<Change>>(
      (done, transform) => {
        const change = transform.update(done.gradients, mergeParams(state, done.state), facts);
        return {
          gradients: change.gradients ?? done.gradients,
          state: mergeParams(done.state, change.state ?? {}),
          outputs: { ...done.outputs, ...change.outputs },
        };
      },
      { gradients, state: {}, outputs: {} },
    );
  },
});

const keptTwice = (name: string) =>
  new InvalidArgumentError({
    where: 'chain',
    expected: 'transforms that keep their state under names of their own',
    received: `"${name}" twice`,
    fix: 'Rename it in one of them.',
  });
