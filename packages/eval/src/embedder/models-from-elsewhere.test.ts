import { type Preprocessing, preprocessingToMetadata } from '@hm/datasets';
import { withMetadata } from '@hm/onnx/session';
import { TensorProto_DataType as DataType } from 'onnx-buf';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { linearModel, tinyModel } from '../testing/tiny-model.ts';
import { loadEmbedder } from './embedder.ts';

const preprocessing: Preprocessing = {
  ...{ height: 2, width: 3, channels: 'rgb', template: 'none' },
  ...{ mean: 50, scale: 4 },
};
const raw = { ...preprocessing, mean: 0, scale: 1 };

/** The red of its first pixel is `level`. */
const picture = (level: number) => ({
  pixels: Uint8Array.from({ length: 18 }, (_, k) => (k === 0 ? level : 0)),
  height: 2,
  width: 3,
});

/** The red of the first pixel, three times. */
const weight = Array.from({ length: 18 }, (_, row) => [1, 2, 3].map((value) => (row === 0 ? value : 0)));

/** Takes pixels of a type; gives the embedding, its length and, in half precision, the embedding again. */
const several = (inputType: 'float32' | 'float16' | 'uint8', outputs: readonly string[]) =>
  tinyModel({
    inputs: { images: ['N', 3, 2, 3] },
    inputType,
    nodes: [
      ['Cast', ['images'], 'cast', { to: DataType.FLOAT }],
      ['Flatten', ['cast'], 'flat', { axis: 1 }],
      ['MatMul', ['flat', 'weight'], '683'],
      ['ReduceSum', ['683', 'axis'], '684'],
      ['Cast', ['683'], 'half', { to: DataType.FLOAT16 }],
    ],
    outputs: Object.fromEntries(outputs.map((name) => [name, ['N', name === '684' ? 1 : 3]])),
    outputTypes: { half: DataType.FLOAT16 },
    constants: {
      weight: { shape: [18, 3], values: weight.flat() },
      axis: { shape: [1], values: [1], int64: true },
    },
  });

describe('a batch that is declared', () => {
  test.each([0, -1, 'N', 1, 2, 3])('%s takes any number of images', async (batch) => {
    const embedder = await loadEmbedder(linearModel([batch, 3, 2, 3], weight), { preprocessing: raw });
    const { shape, data } = await embedder.embed([1, 2, 3, 4, 5].map(picture));
    expect([shape, data[3], data[12]]).toEqual([[5, 3], 2, 5]);
    await embedder.release();
  });
});

describe('an input of', () => {
  test('float16 is fed with float16', async () => {
    const embedder = await loadEmbedder(several('float16', ['683']), { preprocessing });
    expect([...(await embedder.embed([picture(51)])).data]).toEqual([0.25, 0.5, 0.75]);
    await embedder.release();
  });

  test('uint8 is fed with the pixels as they are, and with nothing else', async () => {
    const embedder = await loadEmbedder(several('uint8', ['683']), { preprocessing: raw });
    expect([...(await embedder.embed([picture(200)])).data]).toEqual([200, 400, 600]);
    await embedder.release();
    await expect(loadEmbedder(several('uint8', ['683']), { preprocessing })).rejects.toThrow(
      /8-bit values as they are, got mean 50 and scale 4/,
    );
  });

  test('another type is named', async () => {
    const model = tinyModel({
      inputs: { images: ['N', 3, 2, 3] },
      inputType: 'int32',
      nodes: [['Cast', ['images'], 'embedding', { to: DataType.FLOAT }]],
      outputs: { embedding: ['N', 3, 2, 3] },
    });
    await expect(loadEmbedder(model, { preprocessing })).rejects.toThrow(
      /an input of float32, float16, uint8, got "images" of int32/,
    );
  });
});

describe('of several outputs', () => {
  test('the named one is the embedding, in half precision too', async () => {
    for (const output of ['683', 'half']) {
      const model = several('float32', ['684', '683', 'half']);
      const embedder = await loadEmbedder(model, { preprocessing: raw, output });
      expect([...(await embedder.embed([picture(3)])).data]).toEqual([3, 6, 9]);
      await embedder.release();
    }
  });

  test('none is guessed: the error lists them, and the likely one', async () => {
    const model = several('float32', ['684', '683']);
    await expect(loadEmbedder(model, { preprocessing: raw })).rejects.toThrow(
      /"683" \[N, 3\], "684" \[N, 1\]\. Fix: Name the embedding: output "683" \(--output 683\)\./,
    );
    await expect(loadEmbedder(model, { preprocessing: raw, output: '693' })).rejects.toThrow(
      /an output "693".*output "683"/,
    );
  });
});

describe('the preprocessing', () => {
  afterEach(() => vi.restoreAllMocks());
  const load = (changes: object) =>
    loadEmbedder(linearModel(['N', 3, 2, 3], weight), { preprocessing: { ...raw, ...changes } });

  test.each([
    [{ channels: 'RGB' }, /'rgb' or 'bgr' as channels, got RGB/],
    [{ scale: 0 }, /finite number other than 0 as scale, got 0/],
    [{ std: 128 }, /got `std`/],
    [{ chanels: 'rgb' }, /Write `channels`/],
    [{ height: '2' }, /a positive integer as height/],
  ])('is checked: %j', async (changes, message) => {
    await expect(load(changes)).rejects.toThrow(message);
  });

  test.each([
    [{ mean: 0.5, scale: 0.5 }, /values from 0 to 1.*mean 127\.5 and scale 127\.5/],
    [{ mean: 0.485, scale: 0.229 }, /values from 0 to 1/],
    [{ mean: 0, scale: 1 / 255 }, /values from 0 to 1/],
    [{ mean: 127.5, scale: 128 }, undefined],
    [{ mean: 0, scale: 255 }, undefined],
  ])('for values from 0 to 1 warns: %j', async (changes, message) => {
    const warnings: string[] = [];
    vi.spyOn(console, 'warn').mockImplementation((text: string) => warnings.push(text));
    await (await load(changes)).release();
    expect(warnings).toHaveLength(message === undefined ? 0 : 1);
    if (message !== undefined) expect(warnings[0]).toMatch(message);
  });
});

describe('a license', () => {
  afterEach(() => vi.restoreAllMocks());

  test.each([
    ['Non-commercial research only, by its makers.', true],
    ['CC BY-NC 4.0', true],
    ['Apache-2.0', false],
    ['MIT; commercial use is free', false],
  ])('that forbids commercial use is told once: %s', async (license, forbids) => {
    const notes: string[] = [];
    vi.spyOn(console, 'warn').mockImplementation((text: string) => notes.push(text));
    const metadata = { ...preprocessingToMetadata(raw), 'hm.license': license };
    const model = withMetadata(linearModel(['N', 3, 2, 3], weight), metadata);
    for (let time = 0; time < 2; time++) await (await loadEmbedder(model)).release();
    expect(notes).toEqual(
      forbids
        ? [expect.stringMatching(/^Note: sha256:\w{12}: (Non-commercial.*makers|CC BY-NC 4\.0)\.$/)]
        : [],
    );
  });
});
