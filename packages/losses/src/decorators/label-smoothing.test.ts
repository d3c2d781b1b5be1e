import { trace } from '@hm/onnx';
import { createSession } from '@hm/onnx/session';
import { hostTensor, InvalidArgumentError } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import '../testing/evaluate.ts';
import golden from '../../golden/label-smoothing.json' with { type: 'json' };
import { headByName } from '../head-shorthand.ts';
import { softmax } from '../heads/softmax.ts';
import { hardMining } from './hard-mining.ts';
import { labelSmoothing } from './label-smoothing.ts';

const entropyOf = (share: number, classes: number) => {
  const target = Array.from(
    { length: classes },
    (_, index) => share / classes + (index === 0 ? 1 - share : 0),
  );
  return -target.reduce((sum, q) => sum + q * Math.log(q), 0);
};

/** A softmax head whose logits are the embeddings. */
const identity = (classes: number) => ({ weight: tf.eye(classes), bias: tf.zeros([classes]) });

// Written by tools/golden/label_smoothing.py: double precision, another library's losses and autodiff.
test.each(golden)('is smoothed cross-entropy by $share, less what is left of it', async (entry) => {
  const { share, logits, labels, losses, gradient } = entry;
  const head = labelSmoothing(softmax(), { share });
  const floor = entropyOf(share, 4);
  const run = ({ x }: Record<string, tf.Tensor>) => {
    const labeled = tf.tensor1d(labels, 'int32');
    const of = (z: tf.Tensor) => head.losses(identity(4), z as tf.Tensor2D, labeled, 0).losses;
    return { losses: of(x!), gradient: tf.grad((z) => tf.sum(of(z)))(x!) };
  };
  const session = await createSession(trace(run, { x: { shape: [5, 4] } }));
  const results = await session.run({ x: hostTensor('float32', [5, 4], Float32Array.from(logits.flat())) });
  await session.release();
  for (const [index, loss] of losses.entries())
    expect(results.losses!.data[index]).toBeCloseTo(loss - floor, 5);
  for (const [index, slope] of gradient.flat().entries())
    expect(results.gradient!.data[index]).toBeCloseTo(slope, 5);
});

test('ends at 0, so hard mining around it still closes its gate', () => {
  tf.tidy(() => {
    const share = 0.1;
    const smooth = labelSmoothing(softmax(), { share });
    // The logits at which softmax gives the smoothed targets.
    const logits = tf.log(tf.tensor2d([[1 - share + share / 3, share / 3, share / 3]]));
    const of = (head: typeof smooth) =>
      head.losses(identity(3), logits as tf.Tensor2D, tf.tensor1d([0], 'int32'), 0).losses.dataSync()[0]!;
    expect(of(smooth)).toBeCloseTo(0, 6);
    expect(of(hardMining(smooth))).toBeCloseTo(0, 6);
    expect(of(hardMining(smooth))).toBeGreaterThanOrEqual(0);
  });
});

test('says how it is made, and refuses what it cannot smooth', () => {
  expect(labelSmoothing(headByName('arcface'), { share: 0.2 }).config).toEqual({
    name: 'label-smoothing',
    share: 0.2,
    of: headByName('arcface').config,
  });
  expect(() => labelSmoothing(softmax(), { share: 1 })).toThrow(InvalidArgumentError);
  const triplet = labelSmoothing(headByName('triplet'));
  const run = () => triplet.losses({}, tf.ones([4, 2]), tf.tensor1d([0, 0, 1, 1], 'int32'), 0);
  expect(() => tf.tidy(() => run().losses)).toThrow(/scores classes/);
});
