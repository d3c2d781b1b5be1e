import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Preprocessing, preprocessingToMetadata } from '@hm/datasets';
import { withMetadata } from '@hm/onnx/session';
import { InvalidArgumentError, InvalidDataError, NonFiniteError, UnavailableError } from '@hm/tensor/host';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linearModel, tinyModel } from '../testing/tiny-model.ts';
import { loadEmbedder } from './embedder.ts';

const rgb: Preprocessing = { height: 2, width: 3, channels: 'rgb', mean: 50, scale: 2, template: 'none' };
const bgr: Preprocessing = { ...rgb, channels: 'bgr' };

/** 2×3 pixels; pixel p (row by row) is red p, green 100 + p, blue 200 + p, all brighter by `light`. */
const picture = (light = 0) => ({
  pixels: Uint8Array.from({ length: 18 }, (_, k) => Math.floor(k / 3) + 100 * (k % 3) + light),
  height: 2,
  width: 3,
});

/** Picks the values at two places of the flattened input. */
const pick = (...places: number[]) =>
  Array.from({ length: 18 }, (_, row) => places.map((place) => Number(place === row)));

const nchw = (batch: number | string) => [batch, 3, 2, 3];
const nhwc = (batch: number | string) => [batch, 2, 3, 3];

describe('embedding', () => {
  // Places 1 and 8 of NCHW: channel 0 of pixel 1, channel 1 of pixel 2.
  // Of NHWC: channel 1 of pixel 0, channel 2 of pixel 2.
  test.each([
    ['NCHW RGB', nchw, rgb, [-24.5, 26], [-24.5, 25]],
    ['NCHW BGR', nchw, bgr, [75.5, 26], [75.5, 25]],
    ['NHWC RGB', nhwc, rgb, [25, 76], [26, 75]],
    ['NHWC BGR', nhwc, bgr, [25, -24], [26, -25]],
  ] as const)(
    '%s gives the values computed by hand, upright and mirrored',
    async (_, shape, preprocessing, a, b) => {
      for (const batch of ['N', 1, 4]) {
        const embedder = await loadEmbedder(linearModel(shape(batch), pick(1, 8)), { preprocessing });
        expect(embedder.embeddingSize).toBe(2);
        const images = [picture(), picture(2)];
        const brighter = (values: readonly number[]) => values.map((value) => value + 1);
        const off = await embedder.embed(images);
        expect([off.shape, ...off.data]).toEqual([[2, 2], ...a, ...brighter(a)]);
        const sum = await embedder.embed(images, { flip: 'sum' });
        expect([sum.shape, ...sum.data]).toEqual([
          [2, 2],
          a[0] + b[0],
          a[1] + b[1],
          a[0] + b[0] + 2,
          a[1] + b[1] + 2,
        ]);
        const concat = await embedder.embed(images, { flip: 'concat' });
        expect([concat.shape, ...concat.data]).toEqual([[2, 4], ...a, ...b, ...brighter(a), ...brighter(b)]);
        await embedder.release();
      }
    },
  );

  test.each(['N', 1, 5])('keeps the order of many images and reports each, batch %s', async (batch) => {
    const embedder = await loadEmbedder(linearModel(nchw(batch), pick(0)), { preprocessing: rgb });
    const images = Array.from({ length: 43 }, (_, k) => picture(k));
    const progress: [number, number][] = [];
    const { data } = await embedder.embed(images, {
      onProgress: (done, total) => progress.push([done, total]),
    });
    expect([...data]).toEqual(images.map((_, k) => (k - 50) / 2));
    expect(progress).toEqual(Array.from({ length: 44 }, (_, done) => [done, 43]));
    await embedder.release();
  });

  test('of no images is empty', async () => {
    const embedder = await loadEmbedder(linearModel(nchw('N'), pick(0, 1)), { preprocessing: rgb });
    expect((await embedder.embed([])).shape).toEqual([0, 2]);
    await embedder.release();
  });
});

describe('preprocessing', () => {
  test("is read from the model's metadata", async () => {
    const model = withMetadata(linearModel(nchw('N'), pick(1, 8)), preprocessingToMetadata(bgr));
    const embedder = await loadEmbedder(model);
    expect(embedder.preprocessing).toEqual(bgr);
    expect([...(await embedder.embed([picture()])).data]).toEqual([75.5, 26]);
    await embedder.release();
  });

  test('that is given takes the place of the metadata', async () => {
    const model = withMetadata(linearModel(nchw('N'), pick(1, 8)), preprocessingToMetadata(bgr));
    const embedder = await loadEmbedder(model, { preprocessing: rgb });
    expect([...(await embedder.embed([picture()])).data]).toEqual([-24.5, 26]);
    await embedder.release();
  });

  test('that is garbled in the metadata is an error, not a default', async () => {
    const model = withMetadata(linearModel(nchw('N'), pick(0)), { 'hm.preprocessing': '{"height":2}' });
    await expect(loadEmbedder(model)).rejects.toThrow(InvalidDataError);
  });

  test('that nobody gives is an error that names the flags', async () => {
    const failure = loadEmbedder(linearModel(nchw('N'), pick(0)));
    await expect(failure).rejects.toThrow(InvalidArgumentError);
    await expect(failure).rejects.toThrow(/--size .*--mean .*--scale .*--channels /);
  });
});

describe('files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hm-eval-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('a model is named after its file, and bytes after their digest', async () => {
    const model = linearModel(nchw('N'), pick(0));
    await writeFile(join(folder, 'face.onnx'), model);
    const fromFile = await loadEmbedder(join(folder, 'face.onnx'), { preprocessing: rgb });
    const fromBytes = await loadEmbedder(model, { preprocessing: rgb });
    expect(fromFile.name).toBe('face.onnx');
    expect(fromBytes.name).toMatch(/^sha256:[0-9a-f]{12}$/);
    await Promise.all([fromFile.release(), fromBytes.release()]);
  });

  test('encoded images are decoded; a missing or truncated one is named', async () => {
    const embedder = await loadEmbedder(linearModel(nchw('N'), pick(0, 6, 12)), { preprocessing: rgb });
    const { pixels, ...raw } = picture();
    const png = await sharp(pixels, { raw: { ...raw, channels: 3 } })
      .png()
      .toBuffer();
    const path = join(folder, 'ada.png');
    await writeFile(path, png);
    expect([...(await embedder.embed([{ path }])).data]).toEqual([-25, 25, 75]);
    expect([...(await embedder.embed([{ bytes: png }])).data]).toEqual([-25, 25, 75]);
    const missing = embedder.embed([{ path }, { path: join(folder, 'no-such.png') }]);
    await expect(missing).rejects.toThrow(InvalidDataError);
    await expect(missing).rejects.toThrow(/no-such\.png/);
    const truncated = { bytes: png.subarray(0, png.length - 20), id: 'grace/2.png' };
    await expect(embedder.embed([{ path }, truncated])).rejects.toThrow(/grace\/2\.png/);
    await embedder.release();
  });
});

describe('a model that cannot serve', () => {
  const load = (model: Uint8Array, preprocessing = rgb) => loadEmbedder(model, { preprocessing });
  const weight = { weight: { shape: [18, 2], values: pick(1, 8).flat() } };

  test('corrupted bytes are an InvalidDataError', async () => {
    const model = linearModel(nchw('N'), pick(0));
    await expect(load(model.subarray(0, model.length / 2))).rejects.toThrow(InvalidDataError);
    await expect(load(new TextEncoder().encode('<!DOCTYPE html><p>Not found'))).rejects.toThrow(
      InvalidDataError,
    );
    await expect(load(new Uint8Array())).rejects.toThrow(InvalidDataError);
  });

  test('an input that is no batch of images says what it is', async () => {
    await expect(load(linearModel(['N', 18], pick(0)))).rejects.toThrow(
      /\[N, 3, H, W\].*"input" float32 \[N, 18\]/,
    );
    await expect(load(linearModel(['N', 1, 6, 3], pick(0)))).rejects.toThrow(/2×3.*1×6.*--size/);
    await expect(load(linearModel(nchw('N'), pick(0)), { ...rgb, height: 4 })).rejects.toThrow(
      /4×3.*2×3.*--size/,
    );
    const two = tinyModel({
      inputs: { a: nchw('N'), b: nchw('N') },
      nodes: [['Add', ['a', 'b'], 'embedding']],
      outputs: { embedding: nchw('N') },
    });
    await expect(load(two)).rejects.toThrow(/one input.*"a".*"b"/);
    const integers = tinyModel({
      inputs: { input: nchw('N') },
      nodes: [
        ['Cast', ['input'], 'numbers', { to: 1 }],
        ['Flatten', ['numbers'], 'embedding', { axis: 1 }],
      ],
      outputs: { embedding: ['N', 18] },
      inputType: 'int32',
    });
    await expect(load(integers)).rejects.toThrow(/an input of float32, float16, uint8, got "input" of int32/);
  });

  test('an output that is no batch of embeddings says what it is', async () => {
    const maps = tinyModel({
      inputs: { input: nchw('N') },
      nodes: [['Identity', ['input'], 'embedding']],
      outputs: { embedding: nchw('N') },
    });
    await expect(load(maps)).rejects.toThrow(/embeddings \[2, D\].*float32 \[2, 3, 2, 3\]/);
    const glued = tinyModel({
      inputs: { input: nchw('N') },
      nodes: [['Reshape', ['input', 'shape'], 'embedding']],
      outputs: { embedding: [1, 18] },
      constants: { shape: { shape: [2], values: [1, -1], int64: true } },
    });
    await expect(load(glued)).rejects.toThrow(/embeddings \[2, D\].*\[1, 36\].*symbolic throughout/);
    const single = tinyModel({
      inputs: { input: nchw('N') },
      nodes: [['Reshape', ['input', 'shape'], 'embedding']],
      outputs: { embedding: [1, 18] },
      constants: { shape: { shape: [2], values: [1, 18], int64: true } },
    });
    await expect(load(single)).rejects.toThrow(/embeddings \[2, D\].*symbolic throughout/);
  });

  test('of several outputs the one named "embedding" is taken, and without it none', async () => {
    const outputs = (name: string) =>
      tinyModel({
        inputs: { input: nchw('N') },
        nodes: [
          ['Flatten', ['input'], 'flat', { axis: 1 }],
          ['MatMul', ['flat', 'weight'], name],
        ],
        outputs: { flat: ['N', 18], [name]: ['N', 2] },
        constants: weight,
      });
    const embedder = await load(outputs('embedding'));
    expect(embedder.embeddingSize).toBe(2);
    await embedder.release();
    await expect(load(outputs('features'))).rejects.toThrow(
      /named "embedding".*"flat" \[N, 18\], "features" \[N, 2\]/,
    );
  });

  test('a provider that is not there is an error', async () => {
    const failure = loadEmbedder(linearModel(nchw('N'), pick(0)), { preprocessing: rgb, provider: 'coreml' });
    if (process.platform !== 'darwin') await expect(failure).rejects.toThrow(UnavailableError);
  });

  test('an embedding that is not finite names its image', async () => {
    // The square root of a value below the mean: only the dark image gives NaN.
    const embedder = await load(linearModel(nchw('N'), pick(0), 'Sqrt'));
    const bright = picture(50);
    expect([...(await embedder.embed([bright])).data]).toEqual([0]);
    const failure = embedder.embed([
      { ...bright, id: 'bright' },
      { ...picture(), id: 'dark' },
    ]);
    await expect(failure).rejects.toThrow(NonFiniteError);
    await expect(failure).rejects.toMatchObject({ fields: { image: 'dark', index: 1 } });
    await embedder.release();
  });
});
