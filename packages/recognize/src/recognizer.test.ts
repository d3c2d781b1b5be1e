import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defaultPreprocessing, preprocessingToMetadata } from '@hm/datasets';
import type { ModelCalibration } from '@hm/eval';
import { withMetadata } from '@hm/onnx/session';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedData } from '../../../tools/test-data.ts';
import { groupFaces, openGallery, openRecognizer } from './index.ts';
import { cosine } from './recognizer.ts';
import { firstPixel } from './testing.ts';
import { thresholdOf } from './verdict.ts';

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
  test('are compared and embedded', async () => {
    const recognizer = await openRecognizer(model, { aligned: true });
    const verdict = await recognizer.verify(path('red.png'), path('both.png'), { threshold: 0.5 });
    expect(verdict).toMatchObject({ same: true, threshold: 0.5, probability: null, falseMatchRate: null });
    expect(verdict.similarity).toBeCloseTo(150 / 250, 6);
    const other = await recognizer.verify(path('red.png'), path('green.png'), { threshold: 0.5 });
    expect(other).toMatchObject({ same: false, similarity: expect.closeTo(0, 6) });

    const progress: number[] = [];
    const paths = ['red.png', 'broken.jpg', 'green.png'].map(path);
    const onProgress = (done: number, total: number) => progress.push(done, total);
    const people = await recognizer.embed(paths, { onProgress });
    expect(people.ids).toEqual([path('red.png'), path('green.png')]);
    expect([...people.embeddings.data]).toEqual([200, 0, 0, 200]);
    expect(people.missing).toEqual([
      { path: path('broken.jpg'), reason: expect.stringContaining('not a JPEG') },
    ]);
    expect(people.faces).toEqual([1, 1]);
    // It moves with each photograph.
    expect(progress).toEqual([1, 3, 2, 3, 3, 3]);
    await recognizer.release();
  });

  test('a photograph is the same person as itself, by path, URL, bytes, file or pixels', async () => {
    const recognizer = await openRecognizer(model, { aligned: true });
    const bytes = await readFile(path('red.png'));
    const pixels = new Uint8Array(await sharp(bytes).raw().toBuffer());
    const forms = [
      path('red.png'),
      pathToFileURL(path('red.png')),
      new Uint8Array(bytes),
      new File([new Uint8Array(bytes)], 'red.png'),
      { pixels, height: 2, width: 3 },
      `data:image/png;base64,${bytes.toString('base64')}`,
    ];
    for (const form of forms) {
      const verdict = await recognizer.verify(path('red.png'), form, { threshold: 0.9 });
      expect(verdict).toMatchObject({ same: true, similarity: expect.closeTo(1, 6), second: { faces: 1 } });
    }
    await recognizer.release();
  });
});

describe('photographs without a face', () => {
  test('are an error that names them where one is needed, and listed where many are embedded', async () => {
    const recognizer = await openRecognizer(model);
    const pair = recognizer.verify(path('flat.png'), path('flat.png'), { threshold: 0.5 });
    await expect(pair).rejects.toThrow(/flat\.png: expected a photograph with a face, got no face was found/);
    expect(await recognizer.faces(path('flat.png'))).toEqual([]);
    const { ids, missing, embeddings } = await recognizer.embed([path('flat.png'), path('broken.jpg')]);
    expect([ids, embeddings.shape[0]]).toEqual([[], 0]);
    expect(missing.map((face) => face.path)).toEqual([path('flat.png'), path('broken.jpg')]);
    await recognizer.release();
  });

  test('a drawing is none', async () => {
    const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300" fill="none" stroke="#000">
      <rect width="300" height="300" fill="#fff"/><circle cx="150" cy="150" r="100"/>
      <circle cx="115" cy="130" r="8"/><circle cx="185" cy="130" r="8"/><path d="M100 190 Q150 230 200 190"/></svg>`;
    const recognizer = await openRecognizer(model);
    expect(
      await recognizer.faces(new Uint8Array(await sharp(Buffer.from(drawing)).png().toBuffer())),
    ).toEqual([]);
    // Programs that draw may refer to other files.
    await expect(recognizer.faces(Buffer.from(drawing))).rejects.toThrow(/got 'SVG, not a JPEG/);
    await recognizer.release();
  });

  test.each([
    ['missing', 'no-such.jpg', 'no such file'],
    ['a folder', '.', 'a folder'],
    ['broken', 'broken.jpg', 'something else, not a JPEG'],
  ])('%s: what is wrong is said', async (_, name, fault) => {
    const recognizer = await openRecognizer(model);
    await expect(recognizer.faces(path(name))).rejects.toThrow(
      new RegExp(`expected a whole image that can be decoded, got '${fault}`),
    );
    await recognizer.release();
  });

  test('are not looked for without a template', async () => {
    const opening = openRecognizer(model, { preprocessing: { ...preprocessing, template: 'none' } });
    await expect(opening).rejects.toThrow(/names the template.*--template/);
  });
});

describe('a threshold', () => {
  const calibration = { thresholds: [{ far: 0.001, threshold: 0.7 }] } as unknown as ModelCalibration;

  test('is given, or a calibration’s for a rate', () => {
    expect(thresholdOf(undefined, { threshold: 0.35 })).toBe(0.35);
    expect(thresholdOf(calibration, {})).toBeCloseTo(0.3, 12);
    expect(thresholdOf(calibration, { threshold: 0.4 })).toBe(0.4);
  });

  test('is never made up', () => {
    expect(() => thresholdOf(undefined, {})).toThrow(/this network has no calibration.*--calibration/);
    expect(() => thresholdOf(undefined, { threshold: 40 })).toThrow(/from -1 to 1.*threshold 40/);
    const few = { thresholds: [] } as unknown as ModelCalibration;
    expect(() => thresholdOf(few, {})).toThrow(/calibration is of too few pairs to have one.*--threshold/);
    expect(() => thresholdOf(calibration, { far: 0.01 })).toThrow(
      /rate of the calibration: 0\.001, got 0\.01/,
    );
  });
});

const data = sharedData();
if (data === undefined) console.log('recognizer.test.ts is skipped in part: no shared data (set HM_DATA)');

describe.skipIf(data === undefined)('real photographs', () => {
  const photograph = (name: string) => join(data ?? '', 'lfw/images', `${name}.jpg`);
  const [first, second, other] = [
    photograph('George_W_Bush/George_W_Bush_0007'),
    photograph('George_W_Bush/George_W_Bush_0016'),
    photograph('Colin_Powell/Colin_Powell_0040'),
  ];

  const strangers = [
    ...['Alimzhan_Tokhtakhounov', 'Marc_Bulger', 'Carol_Niedermayer', 'Claire_Hentzen', 'Darcy_Regier'],
    ...['Hilary_Duff', 'Irina_Yatchenko', 'Clive_Lloyd', 'Strom_Thurmond'],
  ].map((name) => `${name}/${name}_0001`);

  test('one person, and two, with the network that npm brought along', async () => {
    const recognizer = await openRecognizer(undefined, { prefer: 'center' });
    const same = await recognizer.verify(first, second);
    expect(same).toMatchObject({ same: true, first: { faces: expect.any(Number) } });
    expect(same.probability).toBeGreaterThan(0.9);
    const different = await recognizer.verify(first, other);
    expect(different.same).toBe(false);
    expect(different.probability).toBeLessThan(0.2);
    expect(different.falseMatchRate!.rate).toBeLessThanOrEqual(1e-3);
    const [face] = await recognizer.faces(first);
    expect(face!.quality.score).toBeGreaterThan(0.3);
    await recognizer.release();
  });

  test('many, in worker threads that are kept, as one by one', async () => {
    const recognizer = await openRecognizer(join(data!, 'models/mobilefacenet.onnx'), {
      ...{ preprocessing: defaultPreprocessing, workers: 2 },
    });
    const many = Array.from({ length: 5 }, () => [first, other]).flat();
    const { embeddings, ids } = await recognizer.embed([...many, path('broken.jpg')]);
    expect(ids).toEqual(many);
    const { data: alone } = (await recognizer.embed([first])).embeddings;
    expect(embeddings.data.subarray(0, alone.length)).toEqual(alone);
    const groups = await groupFaces(recognizer, [first, second, other], { threshold: 0.4 });
    const names = groups.groups.map((group) => group.map((face) => face.photograph));
    expect(names[0]).toEqual(expect.arrayContaining([first, second]));
    expect(names[0]).not.toContain(other);
    await recognizer.release();
  });

  test('one of 60 megapixels is looked at smaller, and told in its own pixels', async () => {
    const recognizer = await openRecognizer(undefined);
    const large = new Uint8Array(
      await sharp(first).resize(7750, 7750, { kernel: 'nearest' }).jpeg().toBuffer(),
    );
    const [[small], [big]] = [await recognizer.faces(first), await recognizer.faces(large)];
    const ratio = big!.quality.size / small!.quality.size;
    expect(ratio / 31).toBeCloseTo(1, 1);
    expect(cosine(small!.embedding, big!.embedding)).toBeGreaterThan(0.95);
    await recognizer.release();
  });

  test('of ten people: all are found, one is compared, nobody is enrolled, and who is known is named', async () => {
    const tiles = [...strangers.map(photograph), second].map((input, k) => ({
      ...{ input, left: 250 * (k % 5), top: 250 * Math.floor(k / 5) },
    }));
    const crowd = path('crowd.png');
    const wall = { width: 1250, height: 500, channels: 3, background: '#888' } as const;
    await sharp({ create: wall }).composite(tiles).toFile(crowd);
    const recognizer = await openRecognizer(undefined, { workers: 0 });
    const people = await openGallery(path('people.gallery'), recognizer);
    await expect(people.enroll('Ada', [crowd])).rejects.toThrow(/crowd\.png: 1\d faces: cut the person out/);
    await people.enroll('George', [first]);
    const found = await people.identify(crowd);
    expect(found.length).toBeGreaterThanOrEqual(10);
    const known = found.filter(({ name }) => name !== null);
    expect(known.map(({ name }) => name)).toEqual(['George']);
    const [x, y] = known[0]!.box;
    expect([Math.floor(x / 250), Math.floor(y / 250)]).toEqual([4, 1]);
    const { first: face } = await recognizer.verify(crowd, first);
    expect(face.faces).toBe(found.length);
    await people.release();
    await recognizer.release();
  });
});
