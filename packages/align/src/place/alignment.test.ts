import type { RgbImage } from '@hm/images';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addBorder } from '../detect/detect-with-border.ts';
import type { Face, Landmarks, Point } from '../detect/face.ts';
import { alignFace } from './align-face.ts';
import { alignImage } from './align-image.ts';
import { centerCrop } from './center-crop.ts';
import { chooseFace } from './choose-face.ts';
import { templates } from './templates.ts';
import { type SimilarityTransform, transformPoint, umeyama } from './umeyama.ts';
import { warp } from './warp.ts';

const coordinate = fc.double({ min: -200, max: 200, noNaN: true });
const transforms = fc
  .record({
    scale: fc.double({ min: 0.1, max: 5, noNaN: true }),
    angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    tx: coordinate,
    ty: coordinate,
  })
  .map(({ scale, angle, tx, ty }) => ({ a: scale * Math.cos(angle), b: scale * Math.sin(angle), tx, ty }));

const identity: SimilarityTransform = { a: 1, b: 0, tx: 0, ty: 0 };
const { landmarks } = templates['arcface-112x112'];
const pattern = (height: number, width: number): RgbImage => ({
  height,
  width,
  pixels: Uint8Array.from({ length: height * width * 3 }, (_, index) => (index * 53) % 251),
});

describe('umeyama', () => {
  it('finds every similarity again', () => {
    fc.assert(
      fc.property(transforms, (transform) => {
        const found = umeyama(
          landmarks,
          landmarks.map((point) => transformPoint(transform, point)),
        );
        for (const key of ['a', 'b', 'tx', 'ty'] as const) expect(found[key]).toBeCloseTo(transform[key], 6);
      }),
    );
  });

  it('has the least squares error: any small change makes it worse', () => {
    const points = fc.tuple(...Array.from({ length: 5 }, () => fc.tuple(coordinate, coordinate)));
    const error = (from: readonly Point[], to: readonly Point[], transform: SimilarityTransform) =>
      from.reduce((sum, point, index) => {
        const [x, y] = transformPoint(transform, point);
        return sum + (x - to[index]![0]) ** 2 + (y - to[index]![1]) ** 2;
      }, 0);
    fc.assert(
      fc.property(points, (to) => {
        const best = umeyama(landmarks, to);
        const least = error(landmarks, to, best);
        for (const key of ['a', 'b', 'tx', 'ty'] as const) {
          for (const change of [-0.01, 0.01]) {
            expect(error(landmarks, to, { ...best, [key]: best[key] + change })).toBeGreaterThan(least);
          }
        }
      }),
    );
  });

  it('never mirrors', () => {
    const mirrored = landmarks.map(([x, y]): Point => [-x, y]);
    const { a, b } = umeyama(mirrored, landmarks);
    expect(a * a + b * b).toBeGreaterThan(0);
    expect(transformPoint({ a, b, tx: 0, ty: 0 }, [1, 0])).toEqual([a, b]);
  });

  it('refuses points that are all the same, and sets of different sizes', () => {
    expect(() =>
      umeyama(
        [
          [1, 1],
          [1, 1],
        ],
        [
          [0, 0],
          [1, 1],
        ],
      ),
    ).toThrow(/two different finite points/);
    expect(() => umeyama(landmarks, landmarks.slice(1))).toThrow(/as many target points/);
  });
});

describe('warp', () => {
  it('copies under the identity', () => {
    const image = pattern(9, 13);
    expect(warp(image, identity, image).pixels).toEqual(image.pixels);
  });

  it('moves by whole pixels and is 0 beyond the border', () => {
    const image = pattern(6, 8);
    const moved = warp(image, { ...identity, tx: 2, ty: -1 }, image);
    for (let y = 0; y < 6; y++) {
      for (let x = 0; x < 8; x++) {
        const inside = x >= 2 && y + 1 < 6;
        const wanted = inside ? image.pixels[((y + 1) * 8 + x - 2) * 3 + 1] : 0;
        expect(moved.pixels[(y * 8 + x) * 3 + 1]).toBe(wanted);
      }
    }
  });

  it('mixes neighbours at half a pixel, and fades into the border', () => {
    const image = { height: 1, width: 2, pixels: Uint8Array.from([100, 100, 100, 200, 200, 200]) };
    const moved = warp(image, { ...identity, tx: 0.5 }, { height: 1, width: 3 });
    expect([moved.pixels[0], moved.pixels[3], moved.pixels[6]]).toEqual([50, 150, 100]);
  });

  it('turns by a right angle', () => {
    const image = pattern(5, 5);
    const turned = warp(image, { a: 0, b: 1, tx: 4, ty: 0 }, image);
    expect(turned.pixels[(2 * 5 + 4) * 3]).toBe(image.pixels[2 * 3]);
  });
});

describe('alignImage', () => {
  it('leaves an aligned face alone', () => {
    const image = pattern(112, 112);
    expect(alignImage(image, landmarks).pixels).toEqual(image.pixels);
  });

  it('averages a large face down instead of skipping pixels', () => {
    const side = 448;
    const pixels = new Uint8Array(side * side * 3);
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++)
        pixels.fill((x + y) % 2 === 0 ? 200 : 100, (y * side + x) * 3, (y * side + x) * 3 + 3);
    const large = landmarks.map(([x, y]): Point => [4 * x + 1.5, 4 * y + 1.5]) as unknown as Landmarks;
    const aligned = alignImage({ pixels, height: side, width: side }, large);
    expect(new Set(aligned.pixels)).toEqual(new Set([150]));
  });

  it('takes the 112×96 template', () => {
    const { height, width } = alignImage(pattern(120, 120), landmarks, 'sphereface-112x96');
    expect([height, width]).toEqual([112, 96]);
    expect(templates['sphereface-112x96'].landmarks[2]).toEqual([48.0252, 71.7366]);
    expect(landmarks[2]).toEqual([56.0252, 71.7366]);
  });
});

describe('alignFace', () => {
  const face = { box: [30, 40, 79.5, 100.25] as const, landmarks };

  it('goes by the points where the template has no margin', () => {
    const image = pattern(130, 130);
    expect(alignFace(image, face)).toEqual(alignImage(image, landmarks));
  });

  it('cuts the box with its margin at whole pixels, and stretches it to the template', () => {
    const image = pattern(130, 130);
    // 49.5 × 14 / 146 = 4.75 wider, 60.25 × 14 / 146 = 5.78 higher: from (27, 37) to (81, 103).
    const cut = { height: 66, width: 54, pixels: new Uint8Array(66 * 54 * 3) };
    for (let y = 0; y < 66; y++)
      cut.pixels.set(image.pixels.subarray(((y + 37) * 130 + 27) * 3, ((y + 37) * 130 + 81) * 3), y * 54 * 3);
    const wanted = alignFace(
      cut,
      { box: [0, 0, 54, 66], landmarks },
      { ...templates['facenet-160x160'], margin: 0 },
    );
    expect(alignFace(image, face, 'facenet-160x160')).toEqual(wanted);
  });

  it.each([[[-20, -30, 40, 30]], [[100, 110, 190, 200]], [[129.9, 129.9, 130, 130]]] as const)(
    'stays within the photograph: %j',
    (box) => {
      const { pixels } = alignFace(
        { height: 130, width: 130, pixels: new Uint8Array(130 * 130 * 3).fill(90) },
        { box, landmarks },
        'facenet-160x160',
      );
      expect(new Set(pixels)).toEqual(new Set([90]));
    },
  );
});

describe('chooseFace', () => {
  const face = (left: number, top: number, side: number, score: number): Face => ({
    box: [left, top, left + side, top + side],
    score,
    landmarks,
  });
  const [small, large, corner] = [face(90, 90, 20, 0.99), face(60, 60, 70, 0.9), face(0, 0, 75, 0.999)];
  const size = { height: 200, width: 200 };

  it('takes the largest unless it is far out, the nearest to the centre, or the surest', () => {
    const faces = [small, large, corner];
    expect(chooseFace(faces, size)).toBe(large);
    expect(chooseFace(faces, { ...size, prefer: 'center' })).toBe(small);
    expect(chooseFace(faces, { ...size, prefer: 'highest-score' })).toBe(corner);
    expect(chooseFace([], size)).toBeUndefined();
  });
});

describe('borders and crops', () => {
  it('repeats the edge pixels', () => {
    const image = pattern(2, 2);
    const { pixels, height, width } = addBorder(image, 2);
    expect([height, width]).toEqual([6, 6]);
    expect(pixels.subarray(0, 3)).toEqual(image.pixels.subarray(0, 3));
    expect(pixels.subarray((5 * 6 + 5) * 3)).toEqual(image.pixels.subarray(9));
    expect(pixels.subarray((2 * 6 + 3) * 3, (2 * 6 + 3) * 3 + 3)).toEqual(image.pixels.subarray(3, 6));
  });

  it('cuts the centre with the aspect of the template', () => {
    const image = pattern(112, 200);
    const { pixels } = centerCrop(image, templates['arcface-112x112']);
    expect(pixels.subarray(0, 3)).toEqual(image.pixels.subarray(44 * 3, 45 * 3));
  });
});
