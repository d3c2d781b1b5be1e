import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut } from './canvas.ts';
import { pyramid } from './pyramid.ts';

const side = fc.integer({ min: 1, max: 1500 });
const cells = (size: number) => Math.ceil((size - 2) / 2) - 4;

describe('pyramid', () => {
  it('follows the original: 12 / minimum, then factor, sizes rounded up, while 12 pixels remain', () => {
    const levels = pyramid(250, 100, 20, 0.709);
    expect(levels.map(({ height, width }) => [height, width])).toEqual([
      [150, 60],
      [107, 43],
      [76, 31],
      [54, 22],
      [38, 16],
    ]);
    expect(levels[1]!.scale).toBeCloseTo(0.6 * 0.709, 12);
  });

  it('has no level for a picture without 12 pixels', () => {
    expect(pyramid(11, 300, 12, 0.709)).toEqual([]);
  });
});

describe('layOut', () => {
  it('puts every window of every level on a canvas once, at even places, without overlap', () => {
    fc.assert(
      fc.property(side, side, (height, width) => {
        const levels = pyramid(height, width, 20, 0.709);
        const canvases = layOut(levels);
        const windows = new Map(levels.map((level) => [level, new Set<string>()]));
        for (const canvas of canvases) {
          expect([canvas.height % 32, canvas.width % 32]).toEqual([0, 0]);
          for (const [index, piece] of canvas.pieces.entries()) {
            expect([piece.x % 2, piece.y % 2, piece.left % 2, piece.top % 2]).toEqual([0, 0, 0, 0]);
            expect(piece.x + piece.width).toBeLessThanOrEqual(canvas.width);
            expect(piece.y + piece.height).toBeLessThanOrEqual(canvas.height);
            for (const other of canvas.pieces.slice(0, index)) {
              const apartX = piece.x >= other.x + other.width || other.x >= piece.x + piece.width;
              const apartY = piece.y >= other.y + other.height || other.y >= piece.y + piece.height;
              expect(apartX || apartY).toBe(true);
            }
            const seen = windows.get(piece.level)!;
            for (let row = 0; row < cells(piece.height); row++) {
              for (let column = 0; column < cells(piece.width); column++) {
                const cell = `${piece.top / 2 + row},${piece.left / 2 + column}`;
                if (seen.has(cell)) throw new Error(`window ${cell} twice`);
                seen.add(cell);
              }
            }
          }
        }
        for (const [level, seen] of windows) {
          expect(seen.size).toBe(cells(level.height) * cells(level.width));
        }
      }),
      { numRuns: 15 },
    );
  });

  it('shares canvas sizes among photographs of similar sizes', () => {
    const sizes = new Set<string>();
    for (let height = 128; height < 200; height++) {
      for (const { height: h, width: w } of layOut(pyramid(height, 128, 20, 0.709))) sizes.add(`${h}×${w}`);
    }
    expect(sizes.size).toBeLessThanOrEqual(6);
  });
});
