import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { angularMargin } from '../core/angular-margin.ts';
import { annealed } from '../core/annealing.ts';
import type { Annealing } from '../core/options.ts';
import { evaluate, expectClose } from '../testing/evaluate.ts';
import { aSoftmax } from './a-softmax.ts';

const authors: Annealing = { base: 1000, gamma: 0.12, power: 1, min: 5 };
const grid = Array.from({ length: 401 }, (_, i) => Math.fround(-1 + i / 200));
const psiOf = (cosines: number[], m: number) =>
  tf.tidy(() => {
    const { value, slope } = angularMargin(tf.tensor1d(cosines), m);
    return { value: [...value.dataSync()], slope: [...slope.dataSync()] };
  });

describe('angularMargin', () => {
  it("for m = 4 is the authors' polynomial with its two signs", () => {
    const inside = grid.filter((c) => c !== 0 && Math.abs(2 * c * c - 1) > 1e-6);
    const expected = inside.map((c) => {
      const sign3 = Math.sign(c) * Math.sign(2 * c * c - 1);
      const sign4 = 2 * Math.sign(c) + sign3 - 3;
      return sign3 * (8 * c ** 4 - 8 * c ** 2 + 1) + sign4;
    });
    expectClose(psiOf(inside, 4).value, expected, 1e-5);
  });

  it.each([1, 2, 3, 4, 5, 8])('for m = %i falls continuously from 1 to 1 − 2m as the angle grows', (m) => {
    const { value, slope } = psiOf(grid, m);
    expect(value.at(-1)).toBeCloseTo(1, 5);
    expect(value[0]).toBeCloseTo(1 - 2 * m, 4);
    for (let i = 1; i < value.length; i++) expect(value[i]! - value[i - 1]!).toBeGreaterThan(-1e-5);
    expect(Math.min(...slope)).toBeGreaterThan(-1e-4);
  });
});

describe('annealed', () => {
  it("starts at 1000/1.12 and reaches the authors' floor at iteration 1659", () => {
    expect(annealed(authors, 0)).toBeCloseTo(1000 / 1.12, 9);
    expect(annealed(authors, 1656)).toBeGreaterThan(5);
    expect(annealed(authors, 1658)).toBe(5);
    expect(annealed(3, 1e9)).toBe(3);
  });

  it.each([authors, { base: 20, gamma: 0.5, power: 1.5, min: 0.1 }])(
    'gives a scalar tensor the same λ: %o',
    (schedule) => {
      for (const step of [0, 1, 77, 5000]) {
        const traced = tf.tidy(
          () => (annealed(schedule, tf.scalar(step, 'int32')) as tf.Tensor).dataSync()[0]!,
        );
        expectClose([traced], [annealed(schedule, step) as number], 1e-5);
      }
    },
  );
});

describe('aSoftmax', () => {
  const inputs = {
    embeddings: [
      [1, 2],
      [-2, 0.5],
    ],
    weight: [
      [0.3, 1],
      [2, 0.4],
      [-1, 0.2],
    ],
    labels: [1, 2],
  };

  it('takes the step as a number or as a scalar', () => {
    const step = tf.scalar(40, 'int32');
    const [byNumber, byTensor] = [
      evaluate(aSoftmax(), { ...inputs, step: 40 }),
      evaluate(aSoftmax(), { ...inputs, step }),
    ];
    expectClose(byTensor.losses, byNumber.losses, 1e-6);
    expectClose(byTensor.gradients.embeddings!, byNumber.gradients.embeddings!, 1e-5);
    step.dispose();
  });

  it('with m = 1 is softmax on normalised weights, whatever λ', () => {
    const losses = [0, 5].map((lambda) => evaluate(aSoftmax({ m: 1, lambda }), inputs).losses);
    expectClose(losses[0]!, losses[1]!, 1e-6);
  });

  it('changes the gradient but not the value with the convention', () => {
    const [exact, authors] = (['exact', 'sphereface'] as const).map((gradient) =>
      evaluate(aSoftmax({ lambda: 0, gradient }), inputs),
    );
    expect(authors!.losses).toEqual(exact!.losses);
    expect(authors!.gradients.embeddings).not.toEqual(exact!.gradients.embeddings);
  });
});
