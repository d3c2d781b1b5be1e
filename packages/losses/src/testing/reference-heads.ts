/** Reference heads for tests, on plain arrays in double precision, directly from the papers (angles by `acos`). */

import type { EvaluationInputs } from './evaluate.ts';
import { arcFaceTarget, aSoftmaxTarget, crossEntropy } from './reference.ts';

export type Inputs = Omit<EvaluationInputs, 'upstream' | 'step'>;

/** The values of one sample that a formula reads. */
interface Sample {
  cosines: number[];
  /** `x·w_j`. */
  products: number[];
  label: number;
  length: number;
  /** `‖w_y‖`. */
  ownLength: number;
}

const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const lengthOf = (a: number[]): number => Math.sqrt(dot(a, a));
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const clip = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
const replaced = (values: number[], at: number, value: number) =>
  values.map((v, i) => (i === at ? value : v));
const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

export function samplesOf({ embeddings, weight, labels }: Inputs): Sample[] {
  return embeddings.map((x, i) => ({
    products: weight.map((w) => dot(x, w)),
    cosines: weight.map((w) => clip(dot(x, w) / (lengthOf(x) * lengthOf(w)), -1, 1)),
    label: labels[i]!,
    length: lengthOf(x),
    ownLength: lengthOf(weight[labels[i]!]!),
  }));
}

type Formula = (sample: Sample) => number;

/** Cross-entropy of scaled cosines with the target's cosine replaced. */
const cosineFormula =
  (scale: number, target: (cosine: number, sample: Sample) => number): Formula =>
  (sample) => {
    const { cosines, label } = sample;
    const changed = replaced(cosines, label, target(cosines[label]!, sample));
    return crossEntropy(
      changed.map((c) => scale * c),
      label,
    );
  };

/** Cross-entropy of scaled cosines with the target's cosine and those above a threshold replaced. */
const hardFormula =
  (
    scale: number,
    target: (cosine: number) => number,
    threshold: (cosine: number) => number,
    hard: (cosine: number) => number,
  ): Formula =>
  ({ cosines, label }) => {
    const limit = threshold(cosines[label]!);
    const others = cosines.map((c) => (c > limit ? hard(c) : c));
    return crossEntropy(
      replaced(others, label, target(cosines[label]!)).map((c) => scale * c),
      label,
    );
  };

const arc = (margin: number) => arcFaceTarget(1, margin) as (cosine: number) => number;

export const amSoftmax = (scale: number, margin: number) => cosineFormula(scale, (c) => c - margin);

export const combinedMargin = (scale: number, m1: number, m2: number, m3: number) =>
  cosineFormula(scale, (c) => {
    const angle = m1 * Math.acos(c) + m2;
    const last = Math.min(Math.PI, (Math.PI - m2) / m1);
    return (angle > Math.PI ? c - Math.cos(last) - 1 : Math.cos(angle)) - m3;
  });

export const lSoftmax =
  (m: number, lambda: number): Formula =>
  ({ cosines, products, label, length, ownLength }) => {
    const target = aSoftmaxTarget(m, lambda)(cosines[label]!, length * ownLength);
    return crossEntropy(replaced(products, label, target), label);
  };

export const softMargin =
  (margin: number): Formula =>
  ({ products, label }) =>
    crossEntropy(replaced(products, label, products[label]! - margin), label);

export const adaptiveFace = (scale: number, margins: number[]) =>
  cosineFormula(scale, (c, { label }) => c - clip(margins[label]!, 0, 1));

export const adaptivePenalty = (lambda: number, margins: number[]) =>
  lambda * (1 - mean(margins.map((m) => clip(m, 0, 1))));

export const movedAverage = (inputs: Inputs, before: number, rate: number) =>
  rate * mean(samplesOf(inputs).map(({ cosines, label }) => cosines[label]!)) + (1 - rate) * before;

export const curricularFace = (scale: number, margin: number, t: number) =>
  hardFormula(scale, arc(margin), arc(margin), (c) => c * (t + c));

export const mvSoftmax = (scale: number, margin: number, t: number, kind: 'additive' | 'angular') => {
  const shifted = (c: number) => (kind === 'additive' ? c - margin : Math.cos(Math.acos(c) + margin));
  const applies = (c: number) => c > (kind === 'additive' ? margin : 0);
  return hardFormula(
    scale,
    (c) => (applies(c) ? shifted(c) : c),
    shifted,
    (c) => t * c + t - 1,
  );
};

export const magFace = (scale: number, easy: boolean) =>
  cosineFormula(scale, (c, { length }) => {
    const margin = 0.45 + (0.35 * (clip(length, 10, 110) - 10)) / 100;
    if (easy) return c > 0 ? Math.cos(Math.acos(c) + margin) : c;
    return arc(margin)(c);
  });

export const magPenalty = (inputs: Inputs, lambda: number) =>
  lambda *
  mean(samplesOf(inputs).map(({ length }) => 1 / clip(length, 10, 110) + clip(length, 10, 110) / 110 ** 2));

/** AdaFace with the qualities as constants, since no gradient flows through them. */
export const adaFace =
  (scale: number, margin: number, qualities: Map<number, number>) => (sample: Sample, i: number) =>
    cosineFormula(scale, (c) => {
      const q = qualities.get(i)!;
      return Math.cos(clip(Math.acos(c) - margin * q, 0, Math.PI)) - margin - margin * q;
    })(sample);

export function qualitiesOf(
  inputs: Inputs,
  h: number,
  rate: number,
  before: { mean: number; deviation: number },
) {
  const lengths = samplesOf(inputs).map(({ length }) => clip(length, 1e-3, 100));
  const batch = mean(lengths);
  const spread = Math.sqrt(lengths.reduce((sum, a) => sum + (a - batch) ** 2, 0) / (lengths.length - 1));
  const [mu, sigma] = [
    rate * batch + (1 - rate) * before.mean,
    rate * spread + (1 - rate) * before.deviation,
  ];
  return new Map(lengths.map((a, i) => [i, clip((h * (a - mu)) / (sigma + 1e-3), -1, 1)]));
}

/** One binary classification per class. */
const binaryFormula =
  (own: (c: number) => number, other: (c: number) => number, positive: number, negative: number): Formula =>
  ({ cosines, label }) =>
    cosines.reduce(
      (sum, c, j) => sum + (j === label ? positive * softplus(-own(c)) : negative * softplus(other(c))),
      0,
    );

export const uniFace = (scale: number, margin: number, bias: number, negative: number) =>
  binaryFormula(
    (c) => scale * (c - margin) - bias,
    (c) => scale * c - bias,
    1,
    negative,
  );

export const sphereFace2 = (
  r: number,
  margin: number,
  lambda: number,
  t: number,
  weight: number,
  bias: number,
) => {
  const g = (c: number) => 2 * ((c + 1) / 2) ** t - 1;
  return binaryFormula(
    (c) => r * (g(c) - margin) + bias,
    (c) => r * (g(c) + margin) + bias,
    (weight / r) * lambda,
    (weight / r) * (1 - lambda),
  );
};

/** Sub-center ArcFace, with K consecutive rows per class. */
export const subCenterArcFace =
  (scale: number, margin: number, centers: number): Formula =>
  ({ cosines, ...sample }) => {
    const classes = cosines.length / centers;
    const nearest = Array.from({ length: classes }, (_, j) =>
      Math.max(...cosines.slice(j * centers, (j + 1) * centers)),
    );
    return cosineFormula(scale, arc(margin))({ ...sample, cosines: nearest });
  };
