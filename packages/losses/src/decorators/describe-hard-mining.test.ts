import { InvalidArgumentError } from '@hm/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeHardMining } from './describe-hard-mining.ts';
import type { HardMiningOptions } from './hard-mining-loss.ts';

type Numbers = Required<
  Pick<HardMiningOptions, 'alpha' | 'beta' | 'steepness' | 'midpoint' | 'form' | 'gate'>
>;

/** Straight from the paper. */
const loss = ({ alpha, beta, steepness, midpoint, form }: Numbers, L: number) =>
  (alpha * (form === 'algorithm' ? beta : 1) * L) / (1 + Math.exp(-steepness * (beta * L - midpoint)));

/** By central differences; with the gate stopped it is the factor of the loss. */
const slope = (options: Numbers, L: number) => {
  if (options.gate === 'stopped') return L === 0 ? loss(options, 1e-12) / 1e-12 : loss(options, L) / L;
  const h = 1e-6 / (options.steepness * options.beta);
  return (loss(options, L + h) - loss(options, L - h)) / (2 * h);
};

const numbers: fc.Arbitrary<Numbers> = fc.record({
  alpha: fc.double({ min: 0.05, max: 5, noNaN: true }),
  beta: fc.double({ min: 0.2, max: 4, noNaN: true }),
  steepness: fc.double({ min: 0.5, max: 60, noNaN: true }),
  midpoint: fc.double({ min: 0.05, max: 3, noNaN: true }),
  form: fc.constantFrom('equation' as const, 'algorithm' as const),
  gate: fc.constantFrom('through' as const, 'stopped' as const),
});

/** A grid in the gate's argument, from loss 0 to where it is open. */
const gridOf = ({ beta, steepness, midpoint }: Numbers, steps: number) => {
  const [from, to] = [0, (midpoint + 30 / steepness) / beta];
  return Array.from({ length: steps + 1 }, (_, i) => from + ((to - from) * i) / steps);
};

describe('with the defaults', () => {
  it('finds what the analysis of the paper gives', () => {
    const { limit, midpoint, crossing, peak, damped, deadZone } = describeHardMining();
    expect(limit).toBe(1.5);
    expect(midpoint.loss).toBeCloseTo(0.6818, 4);
    expect(midpoint.probability).toBeCloseTo(0.5057, 4);
    expect(crossing!.loss).toBeCloseTo(0.69982, 5);
    expect(crossing!.probability).toBeCloseTo(0.4967, 4);
    expect(peak!.slope).toBeCloseTo(10.65, 2);
    expect(peak!.loss).toBeCloseTo(0.6858, 4);
    expect(peak!.probability).toBeCloseTo(0.504, 3);
    expect(damped!.loss).toBeCloseTo(0.5905, 4);
    expect(damped!.probability).toBeCloseTo(0.554, 3);
    // Its slope is 0.028 at 0.50 and 4.8e-4 at 0.40.
    expect(deadZone!.loss).toBeGreaterThan(0.4);
    expect(deadZone!.loss).toBeLessThan(0.5);
  });

  it('in the form of the algorithm crosses at half likelihood', () => {
    const { limit, crossing, peak, damped } = describeHardMining({ form: 'algorithm' });
    expect(limit).toBeCloseTo(1.65, 12);
    expect(crossing!.loss).toBeCloseTo(0.69301, 5);
    expect(crossing!.probability).toBeCloseTo(0.50007, 5);
    expect(peak!.slope).toBeCloseTo(11.7, 1);
    expect(damped!.loss).toBeLessThan(0.5906);
  });

  it('with the gate stopped has no peak, and damps until the gate gives back 1', () => {
    const { peak, damped, crossing } = describeHardMining({ gate: 'stopped' });
    expect(peak).toBeUndefined();
    expect(damped!.loss).toBeCloseTo(crossing!.loss, 12);
  });
});

describe('for any options', () => {
  it('crosses where the loss is left as it is', () => {
    fc.assert(
      fc.property(numbers, (options) => {
        const { crossing, limit } = describeHardMining(options);
        const changes = gridOf(options, 400)
          .slice(1)
          .map((L) => loss(options, L) > L);
        expect(crossing !== undefined).toBe(limit > 1 && loss(options, 1e-9) < 1e-9);
        if (!crossing) {
          expect(new Set(changes).size).toBe(1);
          return;
        }
        expect(loss(options, crossing.loss) / crossing.loss).toBeCloseTo(1, 9);
        expect(crossing.probability).toBe(Math.exp(-crossing.loss));
      }),
    );
  });

  it('peaks where scanning finds the largest slope', () => {
    fc.assert(
      fc.property(numbers, (options) => {
        fc.pre(options.gate === 'through');
        const { peak } = describeHardMining(options);
        const scanned = gridOf(options, 2000).map((L) => slope(options, L));
        const largest = Math.max(...scanned);
        expect(peak!.slope).toBeGreaterThan(largest * (1 - 1e-6));
        expect(peak!.slope).toBeLessThan(largest * 1.001);
        expect(slope(options, peak!.loss)).toBeCloseTo(peak!.slope, 4);
      }),
    );
  });

  it.each(['damped', 'deadZone'] as const)(
    '%s is where scanning finds the slope to reach its level',
    (zone) => {
      const level = zone === 'damped' ? 1 : 0.01;
      fc.assert(
        fc.property(numbers, (options) => {
          const { [zone]: point, limit } = describeHardMining(options);
          fc.pre(Math.abs(limit - level) > 1e-4);
          const grid = gridOf(options, 2000);
          const first = grid.find((L) => slope(options, L) >= level * (1 + 1e-6)) ?? Infinity;
          if (point === undefined) {
            expect(slope(options, 0)).toBeGreaterThan(level * (1 - 1e-6));
          } else if (first === Infinity) {
            // The grid ends where the gate is open to 13 digits: there the slope can no longer reach a level.
            expect(point).toEqual({ loss: Infinity, probability: 0 });
          } else {
            expect(point.loss).toBeLessThan(first + 1e-9);
            expect(point.loss).toBeGreaterThan(first - (grid[1]! - grid[0]!) - 1e-9);
          }
        }),
        // A failure is told as it is: to simplify it takes longer than all other tests.
        { endOnFailure: true },
      );
    },
  );

  it('gives finite numbers, in the right order, however steep or flat the gate', () => {
    for (const steepness of [1e-3, 1, 1e3, 1e6]) {
      for (const midpoint of [1e-6, 1, 1e3]) {
        const { peak, midpoint: half, crossing } = describeHardMining({ steepness, midpoint });
        expect(Number.isFinite(peak!.slope) && peak!.slope > 1.5).toBe(true);
        expect(peak!.loss).toBeGreaterThanOrEqual(half.loss);
        if (crossing) expect(crossing.loss).toBeGreaterThanOrEqual(half.loss);
      }
    }
  });

  it('says which option is wrong', () => {
    expect(() => describeHardMining({ alpha: 0 })).toThrow(/alpha/);
    expect(() => describeHardMining({ alpha: 0 })).toThrow(InvalidArgumentError);
  });
});
