import { flattenParams, InvalidArgumentError, mapParams, type Params } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { fitsAny } from './freeze.ts';
import type { Transform } from './transform.ts';

/** Parameters with their own share of the learning rate, and their own first step. */
export interface Stage {
  /** Names of the parameters: `backbone.blocks.7.*`, where `*` stands for any characters. */
  params: readonly string[];
  /** Share of the learning rate. */
  rate: number;
  /** First step that moves them. Default 0. */
  fromStep?: number;
}

/**
 * Moves parameters in stages. Those of a stage move by its share of what `moving` would move them, and not before its
 * first step, from which on Adam counts its steps. Parameters of no stage move as usual. Works with any optimizer, also
 * with those that ignore the length of gradients.
 *
 * @throws {InvalidArgumentError} from `init`, if a stage names no parameter that is trained.
 */
export const inStages = (stages: readonly Stage[], moving: Transform): Transform => ({
  init(trained, state) {
    const names = Object.keys(flattenParams(trained));
    for (const { params } of stages) {
      const idle = params.find((pattern) => !names.some((name) => fitsAny(name, [pattern])));
      if (idle !== undefined) throw noParameter(idle);
    }
    return moving.init?.(trained, state) ?? {};
  },
  update(gradients, state, facts) {
    const shares = stages.map(({ rate, fromStep = 0 }) => {
      const isOpen = tf.cast(tf.greaterEqual(facts.step, fromStep), 'float32');
      const share = tf.mul(isOpen, rate);
      return fromStep > 0
        ? { isOpen, share, ownSteps: tf.relu(tf.sub(facts.step, fromStep)) }
        : { isOpen, share };
    });
    const stageOf = (name: string) => shares[stages.findIndex(({ params }) => fitsAny(name, params))];
    const open = mapParams(gradients, (gradient, name) => {
      const stage = stageOf(name);
      return stage === undefined ? gradient : tf.mul(gradient, stage.isOpen);
    });
    const ownSteps = (name: string) => stageOf(name)?.ownSteps;
    const change = moving.update(open, state, { ...facts, ownSteps });
    const before = flattenParams(state.params as Params);
    const params = mapParams((change.state?.params ?? {}) as Params, (now, name) => {
      const stage = stageOf(name);
      const old = before[name]!;
      return stage === undefined ? now : tf.add(old, tf.mul(tf.sub(now, old), stage.share));
    });
    return { ...change, state: { ...change.state, params } };
  },
});

const noParameter = (pattern: string) =>
  new InvalidArgumentError({
    where: 'train option "recipe.stages"',
    expected: 'patterns that each fit a parameter that is trained',
    received: `"${pattern}", which fits none`,
    fix: 'Write a name with * for any characters, such as "backbone.head.*", and do not freeze it.',
  });
