import type { Preprocessing, VerificationProtocol } from '@hm/datasets';
import { InvalidArgumentError } from '@hm/tensor/host';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Embedder, loadEmbedder } from '../embedder/embedder.ts';
import { linearModel } from '../testing/tiny-model.ts';
import { validator } from './validator.ts';
import { verify } from './verify.ts';
import { verifyHeldOut } from './verify-held-out.ts';

const preprocessing: Preprocessing = {
  height: 2,
  width: 3,
  channels: 'rgb',
  mean: 0,
  scale: 1,
  template: 'none',
};

/** An image whose embedding is (red, green) of its first pixel. */
const pointing = (degrees: number, id: string) => {
  const radians = (degrees / 180) * Math.PI;
  const color = [Math.round(250 * Math.cos(radians)), Math.round(250 * Math.sin(radians)), 0];
  return { id, pixels: Uint8Array.from({ length: 18 }, (_, k) => color[k % 3]!), height: 2, width: 3 };
};

/** Two folds; images 0 to 2 show one person, 3 and 4 another. Nobody compares image 5. */
const protocol: VerificationProtocol = {
  name: 'two folds',
  images: [0, 10, 20, 90, 85, 45].map((degrees) => pointing(degrees, `at ${degrees}`)),
  pairs: [
    { first: 0, second: 1, same: true, fold: 0 },
    { first: 0, second: 3, same: false, fold: 0 },
    { first: 1, second: 2, same: true, fold: 1 },
    { first: 2, second: 4, same: false, fold: 1 },
  ],
  folds: 2,
  official: false,
  notes: ['Made for a test.'],
};

const weight = Array.from({ length: 18 }, (_, k) => [Number(k === 0), Number(k === 6)]);
const model = linearModel(['N', 3, 2, 3], weight);

let embedder: Embedder;
beforeAll(async () => {
  embedder = await loadEmbedder(model, { preprocessing });
});
afterAll(() => embedder.release());

/** Squared distance of two unit vectors at the angles of rounded colours. */
const chord = (a: number, b: number) => {
  const at = (degrees: number) => {
    const [x, y] = pointing(degrees, '').pixels;
    return Math.atan2(y!, x!);
  };
  return 2 - 2 * Math.cos(at(a) - at(b));
};

test('scores a protocol, with exactly the promised fields', async () => {
  const result = await verify(embedder, protocol);
  expect(Object.keys(result)).toEqual([
    ...[
      'protocol',
      'model',
      'pairs',
      'accuracy',
      'standardError',
      'standardDeviation',
      'auc',
      'eer',
      'tarAtFar',
    ],
    ...['threshold', 'flip', 'distance', 'thresholdSearch', 'centered', 'folds', 'official', 'notes'],
  ]);
  expect(result).toMatchObject({ protocol: 'two folds', model: embedder.name, pairs: 4, accuracy: 1 });
  expect(result).toMatchObject({ standardError: 0, auc: 1, eer: 0, flip: 'off', official: false });
  expect(result.distance).toBe('squared-euclidean');
  expect(result.folds[0]!.threshold).toBeCloseTo((chord(10, 20) + chord(20, 85)) / 2, 6);
  expect(result.folds[1]!.threshold).toBeCloseTo((chord(0, 10) + chord(0, 90)) / 2, 6);
  expect(result.threshold).toBe((result.folds[0]!.threshold + result.folds[1]!.threshold) / 2);
  expect(result.notes[0]).toBe('Made for a test.');
  expect(result.notes[1]).toMatch(
    /FAR 0\.1, 0\.01, 0\.001, 0\.0001 is not given: 2 impostor pairs cannot resolve a rate below 0\.50/,
  );
});

test('the cosine distance is half the squared Euclidean one and changes no rate', async () => {
  const [squared, cosine] = [
    await verify(embedder, protocol),
    await verify(embedder, protocol, { distance: 'cosine' }),
  ];
  expect(cosine.threshold).toBeCloseTo(squared.threshold / 2, 12);
  expect([cosine.distance, cosine.accuracy, cosine.auc]).toEqual(['cosine', squared.accuracy, squared.auc]);
});

test('flip is passed on: what is symmetric keeps its distances', async () => {
  for (const flip of ['sum', 'concat'] as const) {
    const result = await verify(embedder, protocol, { flip });
    expect(result.flip).toBe(flip);
    expect(result.threshold).toBeCloseTo((await verify(embedder, protocol)).threshold, 10);
  }
});

test("the grid search takes insightface's thresholds", async () => {
  const { folds } = await verify(embedder, protocol, { thresholdSearch: 'grid' });
  expect(folds.map(({ threshold }) => Math.round(threshold * 100) / 100)).toEqual(
    [chord(10, 20), chord(0, 10)].map((distance) => Math.ceil(distance * 100) / 100),
  );
  const cosine = verify(embedder, protocol, { thresholdSearch: 'grid', distance: 'cosine' });
  await expect(cosine).rejects.toThrow(InvalidArgumentError);
});

test('embeds each image that a pair names once, and no other', async () => {
  let total = 0;
  await verify(embedder, protocol, { onProgress: (_, all) => (total = all) });
  expect(total).toBe(5);
});

test('an option that does not exist is an error, not another option', async () => {
  const wrong = (options: object) => expect(verify(embedder, protocol, options)).rejects;
  await wrong({ flip: 'both' }).toThrow(/flip to be one of off, sum, concat, got both/);
  await wrong({ distance: 'manhattan' }).toThrow(/squared-euclidean-raw, got manhattan/);
  await wrong({ thresholdSearch: 'random' }).toThrow(/exact, grid.*got random/);
});

test('images that are not of the size of the model are resized, and a note says so', async () => {
  const enlarged = protocol.images.map((image) => {
    const { pixels } = image as ReturnType<typeof pointing>;
    return {
      id: image.id,
      height: 4,
      width: 6,
      pixels: Uint8Array.from({ length: 72 }, (_, k) => pixels[k % 3]!),
    };
  });
  const [large, small] = [
    await verify(embedder, { ...protocol, images: enlarged }),
    await verify(embedder, protocol),
  ];
  expect(large.threshold).toBeCloseTo(small.threshold, 10);
  expect(large.notes.filter((note) => note.startsWith('Images of 4×6 were resized'))).toHaveLength(1);
  expect(small.notes.join()).not.toContain('resized');
});

describe('pairs that a list should not have', () => {
  test('repeated, contradicted and of one image are noted', async () => {
    const [genuine, impostor] = protocol.pairs;
    const pairs = [
      ...protocol.pairs,
      { ...genuine!, first: 1, second: 0 },
      { ...impostor!, same: true, fold: 1 },
      { first: 4, second: 4, same: true, fold: 1 },
    ];
    const { notes, pairs: count } = await verify(embedder, { ...protocol, pairs, notes: [] });
    expect(count).toBe(7);
    expect(notes.slice(0, 3)).toEqual([
      '1 pair repeated; every repetition is counted, the first at 10 – at 0.',
      '1 pair listed both as genuine and as impostor, the first at 0 – at 90.',
      '1 pair of an image with itself, the first at 85 – at 85.',
    ]);
  });

  test('without an image, without pairs, of one kind or in one fold are errors', async () => {
    const [genuine, impostor] = protocol.pairs;
    const verifyPairs = (pairs: VerificationProtocol['pairs']) => verify(embedder, { ...protocol, pairs });
    await expect(verifyPairs([{ ...genuine!, second: 6 }])).rejects.toThrow(/6 images.*pair 0 of 0 and 6/);
    await expect(verifyPairs([])).rejects.toThrow(/no pairs/);
    await expect(verifyPairs([genuine!, { ...genuine!, fold: 1 }])).rejects.toThrow(/one impostor pair/);
    await expect(verifyPairs([genuine!, impostor!])).rejects.toThrow(/at least two folds/);
  });
});

describe('templates of several images', () => {
  const videos: VerificationProtocol = {
    ...protocol,
    templates: [[0, 1], [2], [3, 4, 5]],
    pairs: [
      { first: 0, second: 1, same: true, fold: 0 },
      { first: 0, second: 2, same: false, fold: 0 },
      { first: 1, second: 0, same: true, fold: 1 },
      { first: 1, second: 2, same: false, fold: 1 },
    ],
  };

  test('are compared by their mean embedding, and every choice is in the result', async () => {
    const result = await verify(embedder, videos, { scores: true });
    expect(result.templates).toEqual({ aggregation: 'mean-embedding' });
    expect(result.scores![0]).toMatchObject({
      first: 'at 0 (2 images)',
      second: 'at 20 (1 images)',
      same: true,
    });
    expect(result.scores![0]!.distance).toBeCloseTo((chord(0, 20) + chord(10, 20)) / 2 - chord(0, 10) / 4, 3);
    expect(result.scores!.map(({ accepted }) => accepted)).toEqual([true, false, true, false]);
    expect(result.notes.join()).toContain('1 pair repeated');
  });

  test('can be compared image by image', async () => {
    const templates = { aggregation: 'mean-distance' } as const;
    const { scores } = await verify(embedder, videos, { scores: true, templates });
    expect(scores![0]!.distance).toBeCloseTo((chord(0, 20) + chord(10, 20)) / 2, 6);
  });

  test('can be cut to their best images', async () => {
    const images = videos.images.map((image, k) => ({ ...image, quality: k === 1 ? 0.9 : 0.5 }));
    const templates = { best: { count: 1, by: 'quality' } } as const;
    const { scores } = await verify(embedder, { ...videos, images }, { scores: true, templates });
    expect(scores![0]!.distance).toBeCloseTo(chord(10, 20), 6);
    await expect(verify(embedder, videos, { templates })).rejects.toThrow(/quality for every image.*at 0/);
  });

  test('must not be empty, and pairs must name them', async () => {
    const empty = { ...videos, templates: [[0, 1], [], [3]] };
    await expect(verify(embedder, empty)).rejects.toThrow(/template 1 to hold at least one/);
    const unknown = { ...videos, templates: [[0, 1], [2]] };
    await expect(verify(embedder, unknown)).rejects.toThrow(/2 templates.*pair 1 of 0 and 2/);
  });
});

describe('a threshold from elsewhere', () => {
  const single = { ...protocol, folds: 1, pairs: protocol.pairs.map((pair) => ({ ...pair, fold: 0 })) };

  test('judges a list with one fold, which has no threshold of its own', async () => {
    await expect(verify(embedder, single)).rejects.toThrow(/one fold and no threshold.*--threshold/);
    const { accuracy, folds, thresholdSearch } = await verify(embedder, single, { threshold: 1e-9 });
    expect([accuracy, folds.length, thresholdSearch]).toEqual([0.5, 1, 'given']);
  });

  test('is said to be optimistic where it is from the same pairs', async () => {
    const result = await verify(embedder, single, { threshold: 'best' });
    expect(result).toMatchObject({ accuracy: 1, standardError: 0, thresholdSearch: 'best' });
    expect(result.notes.join()).toContain('optimistic');
  });

  test('is chosen on one list and judges another, as in View 1', async () => {
    const train = { ...single, name: 'train', pairs: single.pairs.slice(0, 2) };
    const test = { ...single, name: 'test', pairs: single.pairs.slice(2) };
    const result = await verifyHeldOut(embedder, { train, test });
    expect(result.protocol).toBe('test');
    expect(result.threshold).toBeCloseTo((chord(0, 10) + chord(0, 90)) / 2, 6);
    expect(result.notes[0]).toMatch(/chosen on the 2 pairs of train/);
  });
});

test('an embedding without direction is named by its image', async () => {
  const black = { id: 'the dark one', pixels: new Uint8Array(18), height: 2, width: 3 };
  const images = [...protocol.images.slice(0, 4), black, ...protocol.images.slice(5)];
  await expect(verify(embedder, { ...protocol, images })).rejects.toThrow(/positive length in the dark one/);
});

describe('a validator', () => {
  test('scores one network after another by the accuracy, or by the area under the curve', async () => {
    const { accuracy, auc } = await verify(embedder, protocol);
    const validate = validator(protocol, { preprocessing });
    expect(await validate(model)).toEqual({ name: 'accuracy', score: accuracy });
    // It sees red alone, which every image has: all distances are zero.
    const blind = linearModel(
      ['N', 3, 2, 3],
      weight.map(([red]) => [red! + 1, 0]),
    );
    expect(await validate(blind)).toEqual({ name: 'accuracy', score: 0.5 });
    const byArea = validator(protocol, { preprocessing, measure: 'auc' });
    expect(await byArea(model)).toEqual({ name: 'auc', score: auc });
  });

  test('refuses what it does not know before any network is there', () => {
    expect(() => validator(protocol, { measure: 'loss' as 'auc' })).toThrow('one of accuracy, auc');
    expect(() => validator({} as VerificationProtocol)).toThrow(/protocol/);
  });
});
