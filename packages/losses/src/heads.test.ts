import { InvalidArgumentError, Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { headByName, headNames } from './head-by-name.ts';
import { evaluate } from './testing.ts';

const rng = Rng.of('heads');
const randomMatrix = (rows: number, columns: number) =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => rng.normal()));

describe.each(headNames)('%s', (name) => {
  const head = headByName(name);
  const hasBias = name === 'ce' || name === 'hm-ce';
  const biasOf = (classes: number) => (hasBias ? { bias: Array(classes).fill(0.1) } : {});

  it('has parameters of the documented shapes, drawn from the generator alone', () => {
    const [first, second] = [1, 1].map((seed) => head.init(Rng.of(seed), { classes: 40, embeddingSize: 25 }));
    const weight = first!.weight as tf.Tensor;
    expect(weight.shape).toEqual([25, 40]);
    expect(weight.dataSync()).toEqual((second!.weight as tf.Tensor).dataSync());
    const deviation = Math.sqrt(tf.tidy(() => tf.mean(tf.square(weight)).dataSync()[0]!));
    expect(deviation).toBeGreaterThan(0.009);
    expect(deviation).toBeLessThan(0.011);
    expect('bias' in first!).toBe(hasBias);
    tf.dispose([first, second]);
  });

  it('is finite, value and gradient, at a zero embedding, for one class and for a batch of one', () => {
    const zero = { embeddings: [[0, 0, 0]], weight: randomMatrix(3, 4), labels: [2], ...biasOf(4) };
    const oneClass = {
      embeddings: randomMatrix(2, 3),
      weight: randomMatrix(3, 1),
      labels: [0, 0],
      ...biasOf(1),
    };
    for (const inputs of [zero, oneClass]) {
      const { losses, gradients } = evaluate(head, inputs);
      expect([...losses, ...Object.values(gradients).flat()].every(Number.isFinite)).toBe(true);
      if (inputs === oneClass) expect(losses).toEqual([0, 0]);
    }
  });

  it('returns logits without the margin: raising the target changes no logit', () => {
    const inputs = { embeddings: randomMatrix(3, 4), weight: randomMatrix(4, 5), ...biasOf(5) };
    const [a, b] = [
      [0, 1, 2],
      [4, 4, 4],
    ].map((labels) => evaluate(head, { ...inputs, labels }).logits);
    expect(a).toEqual(b);
  });

  it('leaves no tensor behind', () => {
    const params = head.init(Rng.of(2), { classes: 5, embeddingSize: 4 });
    const [embeddings, labels] = [tf.ones<tf.Rank.R2>([3, 4]), tf.tensor1d([0, 1, 2], 'int32')];
    const before = tf.memory().numTensors;
    const result = head.losses(params, embeddings, labels, 0);
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose([result.losses, result.logits]);
    const gradient = tf.grad((x) => tf.sum(head.losses(params, x as tf.Tensor2D, labels, 0).losses))(
      embeddings,
    );
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([gradient, embeddings, labels, params]);
  });

  it('names what is wrong with its inputs', () => {
    const params = head.init(Rng.of(3), { classes: 5, embeddingSize: 4 });
    const good = tf.ones<tf.Rank.R2>([2, 4]);
    const labels = tf.tensor1d([0, 1], 'int32');
    const cases: [RegExp, () => unknown][] = [
      [/float32 matrix/, () => head.losses(params, tf.ones([4]) as never, labels, 0)],
      [/float32 matrix/, () => head.losses(params, tf.ones([2, 4], 'int32'), labels, 0)],
      [/embeddings \[B, 4\]/, () => head.losses(params, tf.ones([2, 3]), labels, 0)],
      [/labels \[2\] int32/, () => head.losses(params, good, tf.tensor1d([0, 1]), 0)],
      [/labels \[2\] int32/, () => head.losses(params, good, tf.tensor1d([0], 'int32'), 0)],
      [
        /labels in \[0, 5\).*5 at position 1/,
        () => head.losses(params, good, tf.tensor1d([0, 5], 'int32'), 0),
      ],
      [/labels in \[0, 5\).*-1 at/, () => head.losses(params, good, tf.tensor1d([-1, 0], 'int32'), 0)],
      [/params.weight/, () => head.losses({}, good, labels, 0)],
    ];
    for (const [message, run] of cases) {
      expect(run).toThrow(message);
      expect(run).toThrow(InvalidArgumentError);
    }
    tf.dispose([params, good, labels]);
  });

  it('is rebuilt from its name and configuration, which are plain JSON', () => {
    const rebuilt = headByName(head.name, JSON.parse(JSON.stringify(head.config)));
    expect(rebuilt.name).toBe(name);
    expect(rebuilt.config).toEqual(head.config);
  });
});

it('refuses an unknown name with the list of known ones', () => {
  expect(() => headByName('centre')).toThrow(/ce, hm-ce, asoftmax.*got centre/);
  expect(() => headByName('toString')).toThrow(InvalidArgumentError);
});

it('refuses class biases of another size', () => {
  const inputs = { embeddings: [[1]], weight: [[1, 2]], bias: [0], labels: [0] };
  expect(() => evaluate(headByName('ce'), inputs)).toThrow(/params.bias \[2\]/);
});
