import '@tensorflow/tfjs-backend-cpu';
import type { RgbImage } from '@hm/images';
import { hostTensor } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelsOf } from '../networks/models-of.ts';
import { type Networks, openNetworks } from '../networks/network-runner.ts';
import { readWeights } from '../networks/read-weights.ts';
import type { MtcnnWeights } from '../networks/weights.ts';
import { chooseFace } from '../place/choose-face.ts';
import { drawnImage, drawnLandmarks } from '../testing/drawn-face.ts';
import { eagerNetworks } from '../testing/eager-networks.ts';
import { layOut } from './canvas.ts';
import { detectWithBorder } from './detect-with-border.ts';
import { type Detector, detectorOf } from './detector.ts';
import type { Landmarks } from './face.ts';
import { loadMtcnn } from './load-mtcnn.ts';
import { ceilMask, paint } from './paint-canvas.ts';
import { pyramid } from './pyramid.ts';
import { searchRatio } from './search-size.ts';

let detector: Detector;
let weights: MtcnnWeights;
let traced: Networks;
beforeAll(async () => {
  await tf.setBackend('cpu');
  weights = await readWeights();
  traced = await openNetworks(modelsOf(weights), { threads: 1 });
  detector = detectorOf(traced);
});
afterAll(() => detector.release());

const flat = (height: number, width: number): RgbImage => ({
  height,
  width,
  pixels: new Uint8Array(height * width * 3).fill(120),
});

/** Mean distance to the drawing's landmarks, in pixels. */
const distance = (landmarks: Landmarks | undefined, [dx, dy]: readonly [number, number] = [0, 0]) =>
  landmarks === undefined
    ? Number.POSITIVE_INFINITY
    : landmarks.reduce((sum, [x, y], index) => {
        const [wantedX, wantedY] = drawnLandmarks[index]!;
        return sum + Math.hypot(x - wantedX - dx, y - wantedY - dy) / 5;
      }, 0);

describe('Detector', () => {
  it('finds a drawn face and its landmarks', async () => {
    const faces = await detector.detect(await drawnImage());
    expect(faces.length).toBe(1);
    expect(faces[0]!.score).toBeGreaterThan(0.9);
    expect(distance(faces[0]!.landmarks)).toBeLessThan(4);
    const [left, top, right, bottom] = faces[0]!.box;
    expect([left < 96, top < 116, right > 144, bottom > 164]).toEqual([true, true, true, true]);
  });

  it('searches a photograph above two megapixels smaller, and tells faces in its own pixels', async () => {
    const offset: [number, number] = [1000, 900];
    const large = await drawnImage(1700, 1400, offset);
    expect(searchRatio(large)).toBe(2);
    const face = chooseFace(await detector.detect(large), { ...large, prefer: 'highest-score' });
    expect(distance(face?.landmarks, offset)).toBeLessThan(8);
    expect(searchRatio(large, 20)).toBe(1);
  });

  it('finds the same face elsewhere in a picture of odd size, and two faces', async () => {
    const moved = chooseFace(await detector.detect(await drawnImage(311, 273, [60, 20])), {
      height: 273,
      width: 311,
    });
    expect(distance(moved?.landmarks, [60, 20])).toBeLessThan(4);
    expect((await detector.detect(await drawnImage(480, 240, [0, 0], [240, 0]))).length).toBe(2);
  });

  it('finds a face in a picture that takes several canvases', async () => {
    const large = await drawnImage(1400, 1300, [1100, 1000]);
    expect(layOut(pyramid(1300, 1400, 12, 0.709)).length).toBeGreaterThan(1);
    const thorough = detectorOf(traced, { minFaceSize: 12 });
    const face = chooseFace(await thorough.detect(large), { ...large, prefer: 'highest-score' });
    expect(distance(face?.landmarks, [1100, 1000])).toBeLessThan(4);
  });

  it('says the same from traced graphs as eagerly', async () => {
    const eager = detectorOf(eagerNetworks(weights));
    const image = await drawnImage(201, 187, [-20, -30]);
    const [got, wanted] = [await detector.detect(image), await eager.detect(image)];
    expect(wanted.length).toBe(1);
    expect(got.length).toBe(wanted.length);
    got[0]!.landmarks.flat().forEach((value, index) => {
      expect(value).toBeCloseTo(wanted[0]!.landmarks.flat()[index]!, 2);
    });
  });

  it('finds nothing in a flat picture, in one below 12 pixels and in one pixel', async () => {
    expect(await detector.detect(flat(100, 80))).toEqual([]);
    expect(await detector.detect(flat(11, 300))).toEqual([]);
    expect(await detector.detect(flat(1, 1))).toEqual([]);
  });

  it('finds a tightly cut face once it has a border, in the coordinates of the picture', async () => {
    const cut = await drawnImage(84, 104, [-78, -82]);
    const { faces, bordered } = await detectWithBorder(detectorWithout(cut), cut, 0.3);
    expect(bordered).toBe(true);
    expect(distance(faces[0]?.landmarks, [-78, -82])).toBeLessThan(6);
  });

  it('searches a reduced photograph with a border for faces of the size that is given', async () => {
    const offset: [number, number] = [1000, 900];
    const large = await drawnImage(1700, 1400, offset);
    const sized = detectorOf(traced, { minFaceSize: 120 });
    const blind: Detector = {
      ...sized,
      detect: async (image, reducedBy) => (image === large ? [] : sized.detect(image, reducedBy)),
    };
    const { faces } = await detectWithBorder(blind, large, 0.1);
    const face = chooseFace(faces, { ...large, prefer: 'highest-score' });
    expect(distance(face?.landmarks, offset)).toBeLessThan(8);
  });

  it('refuses pixels that are no RGB and options out of range', async () => {
    await expect(detector.detect({ ...flat(4, 4), width: 5 })).rejects.toThrow(/4×5×3 bytes/);
    await expect(loadMtcnn({ minFaceSize: 0 })).rejects.toThrow(/minFaceSize/);
    await expect(loadMtcnn({ factor: 1 })).rejects.toThrow(/factor/);
    await expect(loadMtcnn({ thresholds: [0.6, 0.7, 1] })).rejects.toThrow(/thresholds/);
  });
});

/** The detector, blind for one picture: the second search is what is tested. */
const detectorWithout = (blind: RgbImage): Detector => ({
  ...detector,
  detect: async (image) => (image === blind ? [] : detector.detect(image)),
});

describe('P-Net on a canvas', () => {
  it('says about every piece what it says about the piece alone, odd sizes pooled in ceil mode', async () => {
    const image = await drawnImage(187, 155, [-20, -30]);
    const networks = eagerNetworks(weights);
    const levels = pyramid(image.height, image.width, 20, 0.709);
    const [canvas] = layOut(levels);
    const painted = paint(image, canvas!);
    const { probabilities } = await networks.propose(painted, ceilMask(canvas!));
    expect(canvas!.pieces.some(({ width }) => width % 2 === 1)).toBe(true);
    expect(canvas!.pieces.some(({ height }) => height % 2 === 1)).toBe(true);
    for (const { x, y, width, height } of canvas!.pieces) {
      const rows = Array.from({ length: height }, (_, row) => {
        const start = ((y + row) * canvas!.width + x) * 3;
        return Array.from(painted.data.subarray(start, start + width * 3));
      });
      const pixels = hostTensor('float32', [1, height, width, 3], Float32Array.from(rows.flat()));
      const none = hostTensor(
        'float32',
        [1, height - 2, width - 2, 1],
        new Float32Array((height - 2) * (width - 2)),
      );
      const alone = (await networks.propose(pixels, none)).probabilities!;
      const [, cellRows, cellColumns] = alone.shape as [number, number, number, number];
      for (let row = 0; row < cellRows; row++) {
        for (let column = 0; column < cellColumns; column++) {
          const onCanvas = ((y / 2 + row) * probabilities!.shape[2]! + x / 2 + column) * 2;
          const wanted = alone.data[(row * cellColumns + column) * 2] as number;
          expect(probabilities!.data[onCanvas] as number).toBeCloseTo(wanted, 5);
        }
      }
    }
  });
});
