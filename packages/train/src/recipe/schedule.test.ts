import { expect, test } from 'vitest';
import golden from '../../golden/optimizers.json' with { type: 'json' };
import { paper, quick } from './recipe.ts';
import { learningRateAt, type Schedule } from './schedule.ts';

const plan = (schedule: Schedule) => ({ learningRate: 0.1, epochs: 10, schedule });

test('the paper divides by ten at epochs 8, 12 and 16', () => {
  const rates = [0, 7.99, 8, 11, 12, 15, 16, 19].map((epoch) => learningRateAt(paper, epoch * 7726, 7726));
  const expected = [0.01, 0.01, 1e-3, 1e-3, 1e-4, 1e-4, 1e-5, 1e-5];
  for (const [index, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[index]!, 10);
});

test('a cosine is half way in the middle and 0 at the end', () => {
  const at = (step: number) => learningRateAt(plan({ kind: 'cosine' }), step, 100);
  expect(at(0)).toBe(0.1);
  expect(at(250)).toBeCloseTo(0.1 * 0.8535533905932737, 12);
  expect(at(500)).toBeCloseTo(0.05, 12);
  expect(at(1000)).toBe(0);
});

test('a polynomial of power 2', () => {
  const at = (step: number) => learningRateAt(plan({ kind: 'polynomial', power: 2 }), step, 100);
  expect(at(0)).toBe(0.1);
  expect(at(400)).toBeCloseTo(0.036, 12);
  expect(at(1000)).toBe(0);
});

test('warm-up grows linearly to the peak, and the rest of the schedule begins there', () => {
  const at = (step: number) => learningRateAt(plan({ kind: 'cosine', warmupSteps: 4 }), step, 100);
  expect([0, 1, 2, 3, 4].map(at)).toEqual([0.025, 0.05, 0.1 * 0.75, 0.1, 0.1]);
  expect(at(4 + 498)).toBeCloseTo(0.05, 12);
});

test('warm-up in epochs', () => {
  expect(learningRateAt(quick, 0, 400)).toBeCloseTo(0.05 / 100, 12);
  expect(learningRateAt(quick, 100, 400)).toBe(0.05);
});

test('milestones count from the first step, warm-up included', () => {
  const schedule: Schedule = { kind: 'step', milestones: [1, 2], factor: 0.5, warmupEpochs: 1 };
  expect([9, 10, 19, 20].map((step) => learningRateAt(plan(schedule), step, 10))).toEqual([
    0.1, 0.05, 0.05, 0.025,
  ]);
});

test('a constant', () => {
  expect(learningRateAt(plan({ kind: 'constant' }), 999, 100)).toBe(0.1);
});

test.each(
  golden.schedules.map(({ schedule, rates }) => [JSON.stringify(schedule), schedule, rates] as const),
)('the learning rates of PyTorch: %s', (_, schedule, rates) => {
  const at = (step: number) =>
    learningRateAt({ learningRate: 0.2, epochs: 4, schedule: schedule as Schedule }, step, 10);
  for (const [step, rate] of rates.entries()) expect(at(step)).toBeCloseTo(rate, 12);
});

test('a rise of a single step begins at the peak', () => {
  const at = (step: number) => learningRateAt(plan({ kind: 'one-cycle', rise: 0.1 }), step, 1);
  expect(at(0)).toBe(0.1);
  expect(at(1)).toBeLessThan(0.1);
  expect(at(9)).toBeCloseTo(4e-7, 12);
});

test.each(['constant', 'cosine', 'one-cycle'] as const)(
  '%s after a warm-up begins where it would without',
  (kind) => {
    const at = (schedule: Schedule, step: number) => learningRateAt(plan(schedule), step, 100);
    expect(at({ kind, warmupSteps: 5 }, 0)).toBeCloseTo(0.02, 12);
    expect(at({ kind, warmupSteps: 5 }, 4)).toBeCloseTo(0.1, 12);
    expect(at({ kind, warmupSteps: 5 }, 5)).toBe(at({ kind }, 0));
  },
);
