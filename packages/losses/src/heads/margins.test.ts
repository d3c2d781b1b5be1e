import { InvalidArgumentError, Rng } from '@hm/tensor';
import { describe, expect, it } from 'vitest';
import type { Head } from '../head.ts';
import { centralDifferences, evaluate, expectClose } from '../testing/evaluate.ts';
import {
  arcFaceTarget,
  aSoftmaxTarget,
  cosFaceTarget,
  marginLosses,
  softmaxLosses,
  type TargetOf,
} from '../testing/reference.ts';
import { aSoftmax } from './a-softmax.ts';
import { arcFace } from './arc-face.ts';
import { cosFace } from './cos-face.ts';
import { softmax } from './softmax.ts';

const rng = Rng.of('margins');
const [batch, size, classes] = [6, 4, 5];
const matrix = (rows: number, columns: number) =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => Math.fround(rng.normal())));
const reshape = (values: number[], columns: number) =>
  Array.from({ length: values.length / columns }, (_, i) => values.slice(i * columns, (i + 1) * columns));

const inputs = { embeddings: matrix(batch, size), weight: matrix(classes, size), labels: [0, 1, 2, 3, 4, 0] };
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const norm = (x: number) => x;

const cases: [string, Head, (norm: number) => number, TargetOf][] = [
  ['cosFace()', cosFace(), () => 64, cosFaceTarget(64, 0.35)],
  ['arcFace exact', arcFace({ scale: 8, marginGradient: 'exact' }), () => 8, arcFaceTarget(8, 0.5)],
  [
    'arcFace wide',
    arcFace({ scale: 2, marginRadians: 2, marginGradient: 'exact' }),
    () => 2,
    arcFaceTarget(2, 2),
  ],
  ['aSoftmax()', aSoftmax(), norm, aSoftmaxTarget(4, 1000 / 1.12)],
  ['aSoftmax m=4', aSoftmax({ lambda: 0 }), norm, aSoftmaxTarget(4, 0)],
  ['aSoftmax m=7', aSoftmax({ m: 7, lambda: 2 }), norm, aSoftmaxTarget(7, 2)],
];

describe.each(cases)('%s', (_name, head, scaleOf, target) => {
  const { embeddings, weight, labels } = inputs;

  it('is the formula of its paper', () => {
    expectClose(
      evaluate(head, inputs).losses,
      marginLosses(embeddings, weight, labels, scaleOf, target),
      1e-5,
    );
  });

  it('has the gradient that central differences of the formula give', () => {
    const { gradients } = evaluate(head, inputs);
    const byEmbeddings = (x: number[]) =>
      sum(marginLosses(reshape(x, size), weight, labels, scaleOf, target));
    const byWeight = (w: number[]) =>
      sum(marginLosses(embeddings, reshape(w, size), labels, scaleOf, target));
    expectClose(gradients.embeddings!, centralDifferences(byEmbeddings, embeddings.flat(), 1e-6), 1e-4);
    expectClose(gradients.weight!, centralDifferences(byWeight, weight.flat(), 1e-6), 1e-4);
  });
});

describe('softmax', () => {
  const bias = [0.1, -0.4, 0.2, 0, 1];
  const { embeddings, weight, labels } = inputs;

  it('is the formula, with the gradient that central differences give', () => {
    const { losses, gradients } = evaluate(softmax(), { ...inputs, bias });
    expectClose(losses, softmaxLosses(embeddings, weight, bias, labels), 1e-5);
    const byWeight = (w: number[]) => sum(softmaxLosses(embeddings, reshape(w, size), bias, labels));
    const byBias = (b: number[]) => sum(softmaxLosses(embeddings, weight, b, labels));
    expectClose(gradients.weight!, centralDifferences(byWeight, weight.flat()), 1e-4);
    expectClose(gradients.bias!, centralDifferences(byBias, bias), 1e-4);
  });

  it('without bias is the same as with a bias of 0', () => {
    const without = evaluate(softmax({ bias: false }), inputs).losses;
    expect(without).toEqual(evaluate(softmax(), { ...inputs, bias: [0, 0, 0, 0, 0] }).losses);
  });
});

describe('the edges cos θ = 1 and -1', () => {
  const edge = {
    weight: [
      [4, 0],
      [0, 1],
    ],
    labels: [0, 0],
    embeddings: [
      [2, 0],
      [-0.5, 0],
    ],
  };

  it.each(cases)('%s is the formula, with a finite gradient', (_name, head, scaleOf, target) => {
    const { losses, gradients } = evaluate(head, edge);
    expectClose(losses, marginLosses(edge.embeddings, edge.weight, edge.labels, scaleOf, target), 1e-5);
    expect(Object.values(gradients).flat().every(Number.isFinite)).toBe(true);
  });
});

describe('arcFace', () => {
  it('past θ + m = π keeps falling as the angle grows', () => {
    const angles = [2.5, 2.7, 2.9, 3.1];
    const losses = evaluate(arcFace({ scale: 4 }), {
      embeddings: angles.map((angle) => [Math.cos(angle), Math.sin(angle)]),
      weight: [
        [1, 0],
        [0, -1],
      ],
      labels: angles.map(() => 0),
    }).losses;
    const plain = angles.map((angle) => 4 * (Math.cos(angle) - 0.5 * Math.sin(0.5)));
    const expected = plain.map((z, i) => Math.log(1 + Math.exp(4 * -Math.sin(angles[i]!) - z)));
    expectClose(losses.slice(1), expected.slice(1), 1e-5);
  });

  it('detached has the same value as exact, and the gradient s·(p − 1) on the target cosine', () => {
    const [exact, detached] = (['exact', 'detached'] as const).map((marginGradient) =>
      evaluate(arcFace({ scale: 8, marginGradient }), inputs),
    );
    expect(detached!.losses).toEqual(exact!.losses);
    const frozen = inputs.embeddings.map((x, i) => {
      const w = inputs.weight[inputs.labels[i]!]!;
      const cosine = sum(x.map((value, d) => value * w[d]!)) / (Math.hypot(...x) * Math.hypot(...w));
      return arcFaceTarget(8, 0.5)(cosine, 0) - 8 * cosine;
    });
    const byEmbeddings = (flat: number[]) =>
      sum(
        reshape(flat, size).map(
          (x, i) =>
            marginLosses(
              [x],
              inputs.weight,
              [inputs.labels[i]!],
              () => 8,
              (c) => 8 * c + frozen[i]!,
            )[0]!,
        ),
      );
    const differences = centralDifferences(byEmbeddings, inputs.embeddings.flat(), 1e-6);
    expectClose(detached!.gradients.embeddings!, differences, 1e-4);
  });

  it('with margin 0 is the normalised softmax', () => {
    const { losses } = evaluate(arcFace({ marginRadians: 0 }), inputs);
    expectClose(losses, evaluate(cosFace({ margin: 0 }), inputs).losses, 1e-5);
  });
});

it.each([
  [() => arcFace({ scale: 0 }), /scale to be a number > 0, got 0/],
  [() => arcFace({ scale: Number.NaN }), /scale/],
  [() => arcFace({ marginRadians: -0.1 }), /marginRadians to be a number >= 0 and < 3.14/],
  [() => arcFace({ marginRadians: 28.6 }), /marginRadians/],
  [() => arcFace({ marginGradient: 'none' as never }), /exact, detached/],
  [() => cosFace({ margin: 1.5 }), /margin to be a number >= 0 and <= 1/],
  [() => cosFace({ scale: Number.POSITIVE_INFINITY }), /scale/],
  [() => aSoftmax({ m: 2.5 }), /m to be an integer >= 1/],
  [() => aSoftmax({ m: 0 }), /m to be an integer/],
  [() => aSoftmax({ lambda: -1 }), /lambda/],
  [() => aSoftmax({ lambda: { base: 1, gamma: Number.NaN, power: 1, min: 0 } }), /gamma/],
  [() => aSoftmax({ gradient: 'caffe' as never }), /exact, sphereface/],
])('refuses options out of range: %s', (make, message) => {
  expect(make).toThrow(message);
  expect(make).toThrow(InvalidArgumentError);
});
