import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPreprocessing, preprocessingToMetadata } from '@hm/datasets';
import type { ModelCalibration } from '@hm/eval';
import { withMetadata } from '@hm/onnx/session';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedData } from '../../../tools/test-data.ts';
import { openRecognizer } from './index.ts';
import { firstPixel } from './testing.ts';
import { thresholdOf } from './threshold-of.ts';

const preprocessing = { ...defaultPreprocessing, height: 2, width: 3, mean: 0, scale: 1 };
/** The embedding is (red, green) of the first pixel. */
const model = withMetadata(firstPixel(2, 3), preprocessingToMetadata(preprocessing));

let folder: string;
const path = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-photographs-'));
  const colors = { 'red.png': '#c80000', 'green.png': '#00c800', 'both.png': '#96c800' };
  for (const [name, background] of Object.entries(colors))
    await sharp({ create: { width: 3, height: 2, channels: 3, background } }).toFile(path(name));
  await sharp({ create: { width: 90, height: 90, channels: 3, background: '#456' } }).toFile(
    path('flat.png'),
  );
  await writeFile(path('broken.jpg'), 'no photograph');
});
afterAll(() => rm(folder, { recursive: true }));

describe('aligned faces', () => {
  test('are compared, embedded and looked up', async () => {
    const recognizer = await openRecognizer(model, { aligned: true });
    const verdict = await recognizer.compare(path('red.png'), path('both.png'), { threshold: 0.5 });
    expect(verdict).toMatchObject({ same: true, threshold: 0.5, probability: null });
    expect(verdict.similarity).toBeCloseTo(150 / 250, 6);
    const other = await recognizer.compare(path('red.png'), path('green.png'), { threshold: 0.5 });
    expect(other).toMatchObject({ same: false, similarity: expect.closeTo(0, 6) });

    const progress: number[] = [];
    const paths = ['red.png', 'broken.jpg', 'green.png'].map(path);
    const people = await recognizer.embed(paths, (done, total) => progress.push(done, total));
    expect(people.ids).toEqual([path('red.png'), path('green.png')]);
    expect([...people.embeddings.data]).toEqual([200, 0, 0, 200]);
    expect(people.missing).toEqual([{ path: path('broken.jpg'), reason: expect.stringContaining('image') }]);
    expect(progress.slice(-2)).toEqual([3, 3]);

    const [hits] = await recognizer.search(people, [path('both.png')], 2);
    expect(hits!.map(({ id }) => id)).toEqual([path('green.png'), path('red.png')]);
    expect(hits![0]!.similarity).toBeCloseTo(200 / 250, 6);
    await recognizer.release();
  });

  test('a photograph is the same person as itself', async () => {
    const recognizer = await openRecognizer(model, { aligned: true });
    const red = path('red.png');
    expect(await recognizer.compare(red, red, { threshold: 0.9 })).toMatchObject({
      same: true,
      similarity: 1,
    });
    await recognizer.release();
  });
});

describe('photographs without a face', () => {
  test('are an error that names them where one is needed, and listed where many are embedded', async () => {
    const recognizer = await openRecognizer(model);
    const pair = recognizer.compare(path('flat.png'), path('flat.png'), { threshold: 0.5 });
    await expect(pair).rejects.toThrow(/flat\.png: expected a photograph with a face, got no face was found/);
    const { ids, missing, embeddings } = await recognizer.embed([path('flat.png'), path('broken.jpg')]);
    expect([ids, embeddings.shape[0]]).toEqual([[], 0]);
    expect(missing.map((face) => face.path)).toEqual([path('flat.png'), path('broken.jpg')]);
    await recognizer.release();
  });

  test('are not looked for without a template', async () => {
    const recognizer = await openRecognizer(model, { preprocessing: { ...preprocessing, template: 'none' } });
    await expect(recognizer.embed([path('flat.png')])).rejects.toThrow(/names the template.*--template/);
    await recognizer.release();
  });
});

describe('a threshold', () => {
  const calibration = { thresholds: [{ far: 0.001, threshold: 0.7 }] } as unknown as ModelCalibration;

  test('is given, or a calibration’s for a rate', () => {
    expect(thresholdOf({ threshold: 0.35 })).toBe(0.35);
    expect(thresholdOf({ calibration })).toBeCloseTo(0.3, 12);
  });

  test('is never made up', () => {
    expect(() => thresholdOf({})).toThrow(/either a cosine similarity.*--calibration/);
    expect(() => thresholdOf({ threshold: 40 })).toThrow(/from -1 to 1.*threshold 40/);
    expect(() => thresholdOf({ calibration, far: 0.01 })).toThrow(/FAR 0\.01 of a calibration for 0\.001/);
    expect(() => thresholdOf({ calibration, threshold: 0.3 })).toThrow(/either/);
  });
});

const data = sharedData();
if (data === undefined) console.log('photographs.test.ts is skipped in part: no shared data (set HM_DATA)');

test.skipIf(data === undefined)('real photographs: one person, and two', async () => {
  const images = join(data!, 'lfw/images');
  const [first, second, other] = [
    'George_W_Bush/George_W_Bush_0007',
    'George_W_Bush/George_W_Bush_0016',
    'Colin_Powell/Colin_Powell_0040',
  ].map((name) => join(images, `${name}.jpg`));
  const recognizer = await openRecognizer(join(data!, 'models/mobilefacenet.onnx'), {
    preprocessing: defaultPreprocessing,
    prefer: 'centre',
  });
  const gallery = await recognizer.embed([first!, other!]);
  const [hits] = await recognizer.search(gallery, [second!]);
  expect(hits![0]!.id).toBe(first);
  expect(hits![0]!.similarity).toBeGreaterThan(hits![1]!.similarity + 0.3);
  expect(await recognizer.compare(first!, second!, { threshold: 0.35 })).toMatchObject({ same: true });
  await recognizer.release();
});
