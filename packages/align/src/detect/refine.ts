import { averageWindows, type RgbImage } from '@hm/images/browser';
import { type HostTensor, hostTensor } from '@hm/tensor/host';
import type { Networks } from '../networks/network-runner.ts';
import { type Candidate, type Regression, regress, toSquare, windowOf } from './box.ts';
import type { Face, Point } from './face.ts';
import { nonMaximumSuppression } from './non-maximum-suppression.ts';
import { regressionAt } from './propose.ts';

/** Limits the memory of one run; most photographs have fewer candidates. */
const BATCH = 256;

/**
 * Stage 2: runs R-Net on every candidate, suppresses those above the threshold, moves the edges and makes the boxes
 * square.
 */
export async function refine(
  networks: Networks,
  image: RgbImage,
  candidates: readonly Candidate[],
  threshold: number,
): Promise<Candidate[]> {
  const passed: { box: Candidate; regression: Regression }[] = [];
  for (const batch of batches(candidates)) {
    const { probabilities, regression } = await networks.refine(crop(image, batch, 24));
    batch.forEach((candidate, index) => {
      const score = probabilities!.data[index * 2 + 1] as number;
      if (score <= threshold) return;
      passed.push({ box: { ...candidate, score }, regression: regressionAt(regression!, index) });
    });
  }
  return nonMaximumSuppression(
    passed.map(({ box }) => box),
    0.7,
  ).map((index) => toSquare(regress(passed[index]!.box, passed[index]!.regression, 1)));
}

/**
 * Stage 3: runs O-Net. Landmarks are read relative to the input box, then the edges are moved, then boxes are
 * suppressed by the smaller area.
 */
export async function finish(
  networks: Networks,
  image: RgbImage,
  candidates: readonly Candidate[],
  threshold: number,
): Promise<Face[]> {
  const passed: { box: Candidate; landmarks: Face['landmarks'] }[] = [];
  for (const batch of batches(candidates)) {
    const { probabilities, regression, landmarks } = await networks.output(crop(image, batch, 48));
    batch.forEach((candidate, index) => {
      const score = probabilities!.data[index * 2 + 1] as number;
      if (score <= threshold) return;
      const box = regress({ ...candidate, score }, regressionAt(regression!, index), 1);
      passed.push({ box, landmarks: landmarksAt(landmarks!, index, candidate) });
    });
  }
  const boxes = passed.map(({ box }) => box);
  return nonMaximumSuppression(boxes, 0.7, 'min').map((index) => {
    const { box, landmarks } = passed[index]!;
    return { box: [box.x1 - 1, box.y1 - 1, box.x2 - 1, box.y2 - 1], score: box.score, landmarks };
  });
}

function* batches(candidates: readonly Candidate[]): Generator<Candidate[]> {
  const whole = candidates.filter(({ x1, y1, x2, y2 }) => x2 >= x1 && y2 >= y1);
  for (let start = 0; start < whole.length; start += BATCH) yield whole.slice(start, start + BATCH);
}

function crop(image: RgbImage, candidates: readonly Candidate[], size: number): HostTensor<'float32'> {
  const length = size * size * 3;
  const windows = candidates.map((candidate, index) => ({
    ...{ window: windowOf(candidate), height: size, width: size, offset: index * length },
  }));
  const data = averageWindows(image, candidates.length * length, windows);
  return hostTensor('float32', [candidates.length, size, size, 3], data);
}

function landmarksAt({ data }: HostTensor, index: number, { x1, y1, x2, y2 }: Candidate): Face['landmarks'] {
  const values = data.subarray(index * 10, index * 10 + 10) as Float32Array;
  const point = (landmark: number): Point => [
    x1 - 1 + (x2 - x1 + 1) * values[landmark]!,
    y1 - 1 + (y2 - y1 + 1) * values[landmark + 5]!,
  ];
  return [point(0), point(1), point(2), point(3), point(4)];
}
