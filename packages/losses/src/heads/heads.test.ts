import { flattenParams, InvalidArgumentError, type Params, Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Head } from '../head.ts';
import { classHeads } from '../head-catalog.ts';
import { headByName } from '../head-shorthand.ts';
import { evaluate } from '../testing/evaluate.ts';

const names = [
  ...Object.keys(classHeads).flatMap((name) => [name, `hm-${name}`]),
  ...[
    'focal-arcface',
    'ohem-hm-adaface',
    'adaptive-ce',
    'smooth-ce',
    'hm-arcface+triplet',
    'hm-(arcface+triplet)',
  ],
];
const rng = Rng.of('heads');
const randomMatrix = (rows: number, columns: number) =>
  tf.tensor2d(Array.from({ length: rows }, () => Array.from({ length: columns }, () => rng.normal())));
const labelsOf = (...values: number[]) => tf.tensor1d(values, 'int32');

/** The parameters beside `weight`. */
const further: Record<string, (classes: number) => Record<string, number[]>> = {
  ce: (classes) => ({ bias: [classes] }),
  adaptiveface: (classes) => ({ margin: [classes] }),
  sphereface2: () => ({ bias: [1] }),
  uniface: () => ({ bias: [1] }),
};

/** One pass over new parameters and statistics, all of it disposed of. */
function pass(head: Head, embeddings: tf.Tensor2D, labels: tf.Tensor1D, classes: number) {
  return tf.tidy(() => {
    const size = { classes, embeddingSize: embeddings.shape[1] };
    const params = flattenParams(head.init(Rng.of(3), size));
    const statistics = head.initStatistics?.(Rng.of(3), size);
    const run = (x: tf.Tensor, ...values: tf.Tensor[]) => {
      const tree = Object.fromEntries(Object.keys(params).map((name, i) => [name, values[i]!]));
      return head.losses(tree, x as tf.Tensor2D, labels, 0, statistics);
    };
    const variables = [embeddings, ...Object.values(params)];
    const gradients = tf.grads((...values) => {
      const { losses, penalty = 0 } = run(...(values as [tf.Tensor]));
      return tf.add(tf.sum(losses), penalty);
    })(variables);
    const { losses, logits } = run(...(variables as [tf.Tensor]));
    return {
      losses: [...losses.dataSync()],
      logits: [...logits!.dataSync()],
      gradients: gradients.flatMap((gradient) => [...gradient.dataSync()]),
    };
  });
}

describe.each(names)('%s', (name) => {
  const head = headByName(name);
  const base = name.replaceAll(/hm-|focal-|ohem-|adaptive-|smooth-|\(|\+.*/g, '');
  const rows = base === 'subcenter-arcface' ? 3 : 1;

  it('has parameters of the documented shapes, drawn from the generator alone', () => {
    const [first, second] = [1, 1].map((seed) => head.init(Rng.of(seed), { classes: 40, embeddingSize: 25 }));
    const [values, again] = [first!, second!].map(flattenParams);
    const shapes = Object.fromEntries(Object.entries(values!).map(([key, { shape }]) => [key, shape]));
    expect(shapes).toEqual({ weight: [40 * rows, 25], ...further[base]?.(40) });
    for (const [key, tensor] of Object.entries(values!))
      expect(tensor.dataSync()).toEqual(again![key]!.dataSync());
    const deviation = Math.sqrt(tf.tidy(() => tf.mean(tf.square(values!.weight!)).dataSync()[0]!));
    expect(deviation).toBeGreaterThan(0.009);
    expect(deviation).toBeLessThan(0.011);
    tf.dispose([first, second] as tf.TensorContainer);
  });

  it('is finite, value and gradient, at a zero embedding, for one class and for a batch of one', () => {
    tf.tidy(() => {
      const zero = pass(head, tf.zeros([1, 3]), labelsOf(2), 4);
      const oneClass = pass(head, randomMatrix(2, 3), labelsOf(0, 0), 1);
      for (const { losses, gradients } of [zero, oneClass])
        expect([...losses, ...gradients].every(Number.isFinite)).toBe(true);
      const isBinary = base === 'uniface' || base === 'sphereface2';
      if (!isBinary) expect(oneClass.losses).toEqual([0, 0]);
    });
  });

  it('returns logits without the margin: raising the target changes no logit', () => {
    tf.tidy(() => {
      const embeddings = randomMatrix(3, 4);
      const [a, b] = [labelsOf(0, 1, 2), labelsOf(4, 4, 4)].map((labels) =>
        pass(head, embeddings, labels, 5),
      );
      expect(a!.logits).toEqual(b!.logits);
      expect(a!.losses).not.toEqual(b!.losses);
    });
  });

  it('leaves no tensor behind', () => {
    const size = { classes: 5, embeddingSize: 4 };
    const [params, statistics] = [head.init(Rng.of(2), size), head.initStatistics?.(Rng.of(2), size)];
    const [embeddings, labels] = [randomMatrix(3, 4), labelsOf(0, 1, 2)];
    const before = tf.memory().numTensors;
    const result = head.losses(params, embeddings, labels, 0, statistics);
    const { losses, logits, penalty, statistics: after = {} } = result;
    const returned = [losses, logits!, ...(penalty ? [penalty] : []), ...Object.values(flattenParams(after))];
    expect(Object.keys(after)).toEqual(Object.keys(statistics ?? {}));
    expect(tf.memory().numTensors).toBe(before + returned.length);
    tf.dispose(returned);
    const sum = (x: tf.Tensor) => tf.sum(head.losses(params, x as tf.Tensor2D, labels, 0, statistics).losses);
    const gradient = tf.grad(sum)(embeddings);
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([gradient, embeddings, labels, params, statistics ?? []] as tf.TensorContainer);
  });

  it('names what is wrong with its inputs', () => {
    const size = { classes: 5, embeddingSize: 4 };
    const [params, statistics] = [head.init(Rng.of(3), size), head.initStatistics?.(Rng.of(3), size)];
    const [good, labels] = [tf.ones<tf.Rank.R2>([2, 4]), labelsOf(0, 1)];
    const run = (parameters: Params, x: tf.Tensor, y: tf.Tensor) => () =>
      head.losses(parameters, x as tf.Tensor2D, y as tf.Tensor1D, 0, statistics);
    const { weight, ...others } = params;
    const cases: [RegExp, () => unknown][] = [
      [/float32 matrix/, run(params, tf.ones([4]), labels)],
      [/float32 matrix/, run(params, tf.ones([2, 4], 'int32'), labels)],
      [/embeddings \[B, 4\]/, run(params, tf.ones([2, 3]), labels)],
      [/labels \[2\] int32/, run(params, good, tf.tensor1d([0, 1]))],
      [/labels \[2\] int32/, run(params, good, labelsOf(0))],
      [/labels in \[0, 5\).*5 at position 1/, run(params, good, labelsOf(0, 5))],
      [/labels in \[0, 5\).*-1 at/, run(params, good, labelsOf(-1, 0))],
      [/params.weight/, run(others as Params, good, labels)],
      ...Object.keys(others).map((missing): [RegExp, () => unknown] => [
        new RegExp(`params.${missing} \\[\\d`),
        run({ weight: weight! }, good, labels),
      ]),
    ];
    for (const [message, attempt] of cases) {
      expect(attempt).toThrow(message);
      expect(attempt).toThrow(InvalidArgumentError);
    }
    if (statistics) expect(() => head.losses(params, good, labels, 0)).toThrow(/statistics\.\w+ \[\]/);
  });
});

it('refuses class biases of another size', () => {
  const inputs = { embeddings: [[1]], weight: [[1], [2]], bias: [0], labels: [0] };
  expect(() => evaluate(headByName('ce'), inputs)).toThrow(/params.bias \[2\]/);
});

it('refuses class weights that do not divide into sub-centers', () => {
  const inputs = { embeddings: [[1]], weight: [[1], [2], [3], [4]], labels: [0] };
  expect(() => evaluate(headByName('subcenter-arcface'), inputs)).toThrow(/3 rows of params.weight/);
});
