import { InvalidArgumentError, type Params, zipParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { loadRun } from '../run-folder/load-run.ts';
import { eventsOf, ofKind, temporaryFolder, tinyOptions, tinyRecipe } from '../testing/tiny-run.ts';
import { clip } from './clip.ts';
import { sgd } from './sgd.ts';
import { chain, type Optimizer, type Transform } from './transform.ts';

/** Moves every parameter by the learning rate, whatever the size of its gradient. */
const signDescent: Transform = {
  update: (gradients, { params }, { learningRate }) => {
    const move = (gradient: tf.Tensor, param: tf.Tensor) =>
      tf.sub(param, tf.mul(tf.sign(gradient), learningRate));
    return { state: { params: zipParams(move, gradients, params as Params) } };
  },
};

const optimizer: Optimizer = { name: 'sign', config: { clip: 1 }, ...chain(clip(1), signDescent) };

test('an optimizer of ones own trains, is noted, and keeps nothing that it does not ask for', async () => {
  const out = await temporaryFolder();
  const recipe = { ...tinyRecipe, learningRate: 0.01, averageDecay: 0.9 };
  const events = await eventsOf(tinyOptions(out, { optimizer, recipe }));
  expect(ofKind(events, 'step')[0]!.gradientNorm).toBeGreaterThan(0);
  const { state, config } = await loadRun(out);
  expect(config.optimizer).toEqual({ name: 'sign', config: { clip: 1 } });
  expect([...new Set(Object.keys(state).map((name) => name.split('.')[0]))]).toEqual([
    ...['params', 'statistics', 'average', 'averageStatistics'],
  ]);
  await expect(eventsOf(tinyOptions(out, { recipe, resume: true }))).rejects.toThrow(/optimizer: /);
});

test('two transforms may not keep their state under one name', () => {
  const init = chain(sgd({ momentum: 0.9 }), sgd({ momentum: 0.5 })).init!;
  expect(() => init({}, {})).toThrow(InvalidArgumentError);
  expect(() => init({}, {})).toThrow(/"momentum" twice/);
});
