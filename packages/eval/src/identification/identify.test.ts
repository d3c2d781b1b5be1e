import { hostTensor, Rng } from '@hm/tensor/host';
import { describe, expect, test } from 'vitest';
import { identify } from './identify.ts';
import { identifyAmongDistractors } from './identify-among-distractors.ts';
import { tpirAtFpir } from './open-set.ts';

/** Unit vectors at angles, in degrees. */
const at = (...degrees: number[]) =>
  hostTensor(
    'float32',
    [degrees.length, 2],
    Float32Array.from(
      degrees.flatMap((angle) => [Math.cos, Math.sin].map((f) => f((angle * Math.PI) / 180))),
    ),
  );

describe('closed set', () => {
  test('ranks count people, not photographs, and distractors one by one', async () => {
    const gallery = {
      embeddings: at(0, 3, 40, 80, 20, 21),
      labels: ['ada', 'ada', 'ben', 'cleo', null, null],
    };
    // Nearest to 38: ben. To 10: ada (3), then distractors. To 22, who is ben: 21, 20, then ben.
    const probes = { embeddings: at(38, 10, 22), labels: ['ben', 'ada', 'ben'] };
    const result = await identify(gallery, probes, { ranks: 4 });
    expect(result).toMatchObject({
      gallery: 6,
      distractors: 2,
      mated: 3,
      nonMated: 0,
      tpirAtFpir: [],
      notes: [],
    });
    expect(result.cmc).toEqual([2 / 3, 2 / 3, 1, 1]);
  });

  test('labels must be as many as rows', async () => {
    const one = { embeddings: at(0), labels: ['ada'] };
    await expect(identify({ ...one, labels: [] }, one)).rejects.toThrow(/0 labels for \[1, 2\]/);
    await expect(identify(one, one, { ranks: 0 })).rejects.toThrow(/ranks/);
  });
});

describe('open set', () => {
  test('a person is found above the threshold that absent people seldom pass', async () => {
    const gallery = { embeddings: at(0, 90), labels: ['ada', 'ben'] };
    const labels = ['ada', 'ada', 'ben', 'ben', 'x', 'x', 'y', 'y'];
    const probes = { embeddings: at(1, 30, 85, 40, 20, 60, 10, 170), labels };
    const { tpirAtFpir, mated, nonMated, notes } = await identify(gallery, probes, {
      rates: [0.5, 0.25, 0.1],
    });
    expect([mated, nonMated]).toEqual([4, 4]);
    // Absent people come within 20, 30, 10 and 80 degrees, present ones within 1, 30, 5 and (of another) 40.
    const [half, quarter, tenth] = tpirAtFpir;
    expect(half).toMatchObject({ falseAlarms: 2, tpir: 2 / 4 });
    expect(half!.threshold).toBeCloseTo(Math.cos(Math.PI / 6), 6);
    expect(quarter).toMatchObject({ falseAlarms: 1, tpir: 2 / 4 });
    expect(tenth).toMatchObject({ tpir: null, threshold: null, falseAlarms: null });
    expect(notes).toEqual(['TPIR at FPIR 0.1 is not given: 4 probes of absent people cannot resolve it.']);
  });

  test('is what counting gives', () => {
    const rng = Rng.of(2);
    const draw = (count: number, mean: number) =>
      Float32Array.from({ length: count }, () => rng.normal(mean, 1));
    const [mates, alarms] = [draw(500, 2), draw(300, 0)];
    for (const { fpir, tpir, threshold, falseAlarms } of tpirAtFpir(mates, alarms, [1, 0.3, 0.05])) {
      expect(falseAlarms! / 300).toBeLessThanOrEqual(fpir);
      expect(tpir).toBe(mates.filter((value) => value > threshold!).length / 500);
      // A lower threshold would let one alarm too many pass.
      const next = alarms.filter((value) => value >= threshold!).length;
      if (fpir < 1) expect(next / 300).toBeGreaterThan(fpir);
    }
  });
});

test('among distractors every photograph is looked for by every other of its person', async () => {
  const people = { embeddings: at(0, 10, 50, 90, 95), labels: ['ada', 'ada', 'ada', 'ben', 'ben'] };
  const { cmc, trials, distractors } = await identifyAmongDistractors(people, at(25, 28, 200), { ranks: 3 });
  expect([trials, distractors]).toEqual([8, 3]);
  // From 0: 10 first, 50 behind both. From 10: 0 first, 50 behind both. From 50: 10 and 0 behind both. Ben's first.
  expect(cmc).toEqual([4 / 8, 4 / 8, 1]);
});
