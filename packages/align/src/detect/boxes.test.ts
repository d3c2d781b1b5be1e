import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, regress, toSquare, windowOf } from './box.ts';
import { nonMaximumSuppression } from './non-maximum-suppression.ts';

const candidate = fc
  .record({
    x1: fc.integer({ min: -20, max: 60 }),
    y1: fc.integer({ min: -20, max: 60 }),
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
    score: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ x1, y1, width, height, score }) => ({
    x1,
    y1,
    x2: x1 + width - 1,
    y2: y1 + height - 1,
    score: score / 5,
  }));

/** Counts pixels instead of multiplying widths, and strikes out instead of keeping. */
function bruteForce(boxes: readonly Candidate[], threshold: number, over: 'union' | 'min'): number[] {
  const pixels = boxes.map(({ x1, y1, x2, y2 }) => {
    const covered = new Set<string>();
    for (let y = y1; y <= y2; y++) for (let x = x1; x <= x2; x++) covered.add(`${x},${y}`);
    return covered;
  });
  const left = new Set(boxes.keys());
  const kept: number[] = [];
  while (left.size > 0) {
    const best = [...left].reduce((a, b) => (boxes[b]!.score > boxes[a]!.score ? b : a));
    kept.push(best);
    for (const other of [...left]) {
      const shared = [...pixels[other]!].filter((pixel) => pixels[best]!.has(pixel)).length;
      const [a, b] = [pixels[best]!.size, pixels[other]!.size];
      const whole = over === 'min' ? Math.min(a, b) : a + b - shared;
      if (other === best || shared / whole > threshold) left.delete(other);
    }
  }
  return kept;
}

describe('nonMaximumSuppression', () => {
  it.each(['union', 'min'] as const)('equals counting pixels, over %s', (over) => {
    fc.assert(
      fc.property(
        fc.array(candidate, { maxLength: 8 }),
        fc.constantFrom(0.3, 0.5, 0.7),
        (boxes, threshold) => {
          expect(nonMaximumSuppression(boxes, threshold, over)).toEqual(bruteForce(boxes, threshold, over));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps a box whose overlap is exactly the threshold', () => {
    const boxes = [
      { x1: 1, y1: 1, x2: 10, y2: 10, score: 0.9 },
      { x1: 1, y1: 1, x2: 10, y2: 5, score: 0.8 },
    ];
    expect(nonMaximumSuppression(boxes, 0.5)).toEqual([0, 1]);
    expect(nonMaximumSuppression(boxes, 0.49)).toEqual([0]);
    expect(nonMaximumSuppression(boxes, 0.5, 'min')).toEqual([0]);
  });
});

describe('boxes', () => {
  const box = { x1: 11, y1: 21, x2: 20, y2: 40, score: 1 };

  it('moves edges in units of the box, P-Net without and the others with the last pixel', () => {
    expect(regress(box, [0.1, -0.1, 0.2, 0], 0)).toEqual({ ...box, x1: 11.9, y1: 19.1, x2: 21.8 });
    expect(regress(box, [0.1, -0.1, 0.2, 0], 1)).toEqual({ ...box, x1: 12, y1: 19, x2: 22 });
  });

  it('squares about the centre and cuts towards zero', () => {
    expect(toSquare({ ...box, x1: 0.5, x2: 10.5 })).toEqual({ ...box, x1: -4, y1: 21, x2: 15, y2: 40 });
  });

  it('covers its first to its last pixel', () => {
    expect(windowOf(box)).toEqual({ left: 10, top: 20, width: 10, height: 20 });
  });
});
