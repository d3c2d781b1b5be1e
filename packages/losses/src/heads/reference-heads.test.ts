import { InvalidArgumentError, Rng } from '@hm/tensor';
import { describe, expect, it } from 'vitest';
import type { Head } from '../head.ts';
import { centralDifferences, evaluate, expectClose } from '../testing/evaluate.ts';
import * as reference from '../testing/reference-heads.ts';
import { type Inputs, samplesOf } from '../testing/reference-heads.ts';
import { adaFace } from './ada-face.ts';
import { adaptiveFace } from './adaptive-face.ts';
import { amSoftmax } from './am-softmax.ts';
import { combinedMargin } from './combined-margin.ts';
import { curricularFace } from './curricular-face.ts';
import { lSoftmax } from './l-softmax.ts';
import { magFace } from './mag-face.ts';
import { mvSoftmax } from './mv-softmax.ts';
import { softMarginSoftmax } from './soft-margin-softmax.ts';
import { sphereFace2 } from './sphere-face2.ts';
import { subCenterArcFace } from './sub-center-arc-face.ts';
import { uniFace } from './uni-face.ts';

const rng = Rng.of('reference heads');
const [batch, size, classes] = [6, 4, 5];
const matrix = (rows: number, columns: number, deviation = 1) =>
  Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => Math.fround(rng.normal(0, deviation))),
  );
const labels = [0, 1, 2, 3, 4, 0];
const base: Inputs = { embeddings: matrix(batch, size), weight: matrix(classes, size), labels };
const long: Inputs = { ...base, embeddings: matrix(batch, size, 20) };
const margin = [0.31, 0.45, -0.1, 0.6, 1.2].map(Math.fround);
const qualityBefore = { mean: 17, deviation: 6 };

/** A formula gives the losses and the penalty for any inputs; `frozen` are those that no gradient flows through. */
type Formulas = (inputs: Inputs, frozen: Inputs) => { losses: number[]; penalty?: number };
const each =
  (formula: (sample: ReturnType<typeof samplesOf>[number], i: number) => number): Formulas =>
  (inputs) => ({ losses: samplesOf(inputs).map(formula) });

const cases: [string, Head, Inputs, Formulas][] = [
  ['amSoftmax()', amSoftmax(), base, each(reference.amSoftmax(30, 0.35))],
  [
    'combinedMargin()',
    combinedMargin({ marginGradient: 'exact' }),
    base,
    each(reference.combinedMargin(64, 1, 0.3, 0.2)),
  ],
  [
    'combinedMargin of a wide angle',
    combinedMargin({ scale: 4, multiplier: 1.8, marginRadians: 0.2, margin: 0.1, marginGradient: 'exact' }),
    base,
    each(reference.combinedMargin(4, 1.8, 0.2, 0.1)),
  ],
  ['lSoftmax()', lSoftmax(), base, each(reference.lSoftmax(4, 1000 * (1 + 0.000025) ** -35))],
  ['lSoftmax without annealing', lSoftmax({ m: 3, lambda: 0 }), base, each(reference.lSoftmax(3, 0))],
  ['softMarginSoftmax()', softMarginSoftmax(), base, each(reference.softMargin(1))],
  [
    'adaptiveFace()',
    adaptiveFace(),
    { ...base, margin },
    (inputs) => ({
      losses: samplesOf(inputs).map(reference.adaptiveFace(30, inputs.margin!)),
      penalty: reference.adaptivePenalty(70, inputs.margin!),
    }),
  ],
  [
    'curricularFace()',
    curricularFace({ scale: 8, rate: 0.3 }),
    { ...base, statistics: { t: 0.2 } },
    (inputs, frozen) => {
      const t = reference.movedAverage(frozen, 0.2, 0.3);
      return { losses: samplesOf(inputs).map(reference.curricularFace(8, 0.5, t)) };
    },
  ],
  ['mvSoftmax()', mvSoftmax(), base, each(reference.mvSoftmax(32, 0.35, 1.12, 'additive'))],
  [
    'mvSoftmax, angular',
    mvSoftmax({ scale: 8, margin: 0.5, weight: 1.5, kind: 'angular' }),
    base,
    each(reference.mvSoftmax(8, 0.5, 1.5, 'angular')),
  ],
  ...[true, false].map((easyMargin): [string, Head, Inputs, Formulas] => [
    `magFace, easyMargin ${easyMargin}`,
    magFace({ scale: 8, easyMargin }),
    long,
    (inputs) => ({
      losses: samplesOf(inputs).map(reference.magFace(8, easyMargin)),
      penalty: reference.magPenalty(inputs, 35),
    }),
  ]),
  [
    'adaFace()',
    adaFace({ scale: 8 }),
    { ...long, statistics: qualityBefore },
    (inputs, frozen) => {
      const qualities = reference.qualitiesOf(frozen, 0.333, 0.01, qualityBefore);
      return { losses: samplesOf(inputs).map(reference.adaFace(8, 0.4, qualities)) };
    },
  ],
  [
    'sphereFace2',
    sphereFace2({ scale: 8, marginGradient: 'exact' }),
    { ...base, bias: [-3] },
    (inputs) => ({
      losses: samplesOf(inputs).map(reference.sphereFace2(8, 0.4, 0.7, 3, 50, inputs.bias![0]!)),
    }),
  ],
  [
    'uniFace()',
    uniFace(),
    { ...base, bias: [5] },
    (inputs) => ({ losses: samplesOf(inputs).map(reference.uniFace(64, 0.4, inputs.bias![0]!, 1)) }),
  ],
  [
    'subCenterArcFace',
    subCenterArcFace({ scale: 8, marginGradient: 'exact' }),
    { ...base, weight: matrix(3 * classes, size) },
    each(reference.subCenterArcFace(8, 0.5, 3)),
  ],
];

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** The inputs with one of their arrays replaced by flat values. */
function replaced(inputs: Inputs, name: string, flat: number[]): Inputs {
  const { [name as 'embeddings']: old } = inputs;
  const width = Array.isArray(old[0]) ? old[0].length : 0;
  const rows = (count: number) =>
    Array.from({ length: count }, (_, i) => flat.slice(i * width, (i + 1) * width));
  return { ...inputs, [name]: width === 0 ? flat : rows(old.length) };
}

describe.each(cases)('%s', (_name, head, inputs, formulas) => {
  it('is the formula of its paper', () => {
    const { losses, penalty } = formulas(inputs, inputs);
    const actual = evaluate(head, inputs);
    expectClose(actual.losses, losses, 1e-5);
    expectClose([actual.penalty ?? 0], [penalty ?? 0], 1e-5);
  });

  it('has the gradient that central differences of the formula give', () => {
    const { gradients } = evaluate(head, inputs);
    for (const [name, values] of Object.entries(gradients)) {
      const total = (flat: number[]) => {
        const { losses, penalty = 0 } = formulas(replaced(inputs, name, flat), inputs);
        return sum(losses) + penalty;
      };
      const flat = (inputs[name as 'embeddings'] as number[][]).flat();
      expectClose(values, centralDifferences(total, flat, 1e-6), 1e-4);
    }
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
      [20, 0],
      [-5, 0],
    ],
  };
  const extras = (inputs: Inputs) => ({
    ...(inputs.margin && { margin: inputs.margin.slice(0, 2) }),
    ...(inputs.bias && { bias: inputs.bias }),
    ...(inputs.statistics && { statistics: inputs.statistics }),
  });

  it.each(cases.filter(([name]) => name !== 'subCenterArcFace'))(
    '%s is the formula, with a finite gradient',
    (_name, head, inputs, formulas) => {
      const at: Inputs = { ...edge, ...extras(inputs) };
      const { losses, gradients } = evaluate(head, at);
      expectClose(losses, formulas(at, at).losses, 1e-5);
      expect(Object.values(gradients).flat().every(Number.isFinite)).toBe(true);
    },
  );
});

it('SphereFace2 begins with the bias that minimises the loss of embeddings at right angles', () => {
  const lossAt = (bias: number) =>
    reference.sphereFace2(
      40,
      0.4,
      0.7,
      3,
      50,
      bias,
    )({
      cosines: Array(100).fill(0),
      products: [],
      label: 0,
      length: 1,
      ownLength: 1,
    });
  const { bias } = sphereFace2().init(Rng.of(1), { classes: 100, embeddingSize: 2 });
  const [initial] = (bias as { dataSync(): Float32Array }).dataSync();
  for (const shift of [-0.1, -0.01, 0.01, 0.1])
    expect(lossAt(initial! + shift)).toBeGreaterThan(lossAt(initial!));
});

it.each([
  [() => combinedMargin({ multiplier: 0 }), /multiplier to be a number > 0/],
  [() => combinedMargin({ margin: 2 }), /margin/],
  [() => lSoftmax({ m: 1.5 }), /m to be an integer/],
  [() => softMarginSoftmax({ margin: -1 }), /margin to be a number >= 0/],
  [() => adaptiveFace({ lambda: -1 }), /lambda/],
  [() => curricularFace({ rate: 0 }), /rate to be a number > 0 and <= 1/],
  [() => mvSoftmax({ weight: 0.9 }), /weight to be a number >= 1/],
  [() => mvSoftmax({ kind: 'both' as never }), /additive, angular/],
  [() => magFace({ upperLength: 5 }), /upperLength to be a number > 10/],
  [() => magFace({ lowerMarginRadians: 1 }), /upperMarginRadians to be a number >= 1/],
  [() => adaFace({ concentration: 0 }), /concentration/],
  [() => sphereFace2({ balance: 1 }), /balance to be a number > 0 and < 1/],
  [() => uniFace({ negativeWeight: 0 }), /negativeWeight/],
  [() => subCenterArcFace({ centers: 0 }), /centers to be an integer >= 1/],
  [() => subCenterArcFace({ scale: -1 }), /scale/],
])('refuses options out of range: %s', (make, message) => {
  expect(make).toThrow(message);
  expect(make).toThrow(InvalidArgumentError);
});
