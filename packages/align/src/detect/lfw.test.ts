import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage } from '@hm/images';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedData } from '../../../../tools/test-data.ts';
import { chooseFace } from '../place/choose-face.ts';
import type { Detector } from './detector.ts';
import type { Landmarks } from './face.ts';
import { loadMtcnn } from './load-mtcnn.ts';

const data = sharedData();
if (data === undefined)
  console.warn('skipped: photographs of LFW (set HM_DATA to the folder that holds lfw/)');

describe.skipIf(data === undefined)('LFW', () => {
  let detector: Detector;
  beforeAll(async () => {
    detector = await loadMtcnn();
  });
  afterAll(() => detector.release());

  it('has its landmarks where an independent MTCNN has them: 1.5 pixels apart in the mean at most', async () => {
    const golden: Record<string, { box: number[]; score: number; landmarks: Landmarks }[]> = JSON.parse(
      await readFile(new URL('../../golden/landmarks.json', import.meta.url), 'utf8'),
    );
    const distances: number[] = [];
    for (const [path, faces] of Object.entries(golden)) {
      const image = await decodeImage({ path: join(data!, 'lfw/images', path) });
      const choice = { ...image, prefer: 'center' as const };
      const wanted = chooseFace(faces as never, choice);
      const found = chooseFace(await detector.detect(image), choice);
      expect(found, path).toBeDefined();
      found!.landmarks.forEach(([x, y], index) => {
        const [wantedX, wantedY] = wanted!.landmarks[index]!;
        distances.push(Math.hypot(x - wantedX, y - wantedY));
      });
    }
    expect(distances.length).toBeGreaterThanOrEqual(250);
    expect(distances.reduce((sum, distance) => sum + distance, 0) / distances.length).toBeLessThan(1.5);
    expect(Math.max(...distances)).toBeLessThan(8);
  });
});
