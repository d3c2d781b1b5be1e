import { syntheticFaces, syntheticPairs, type VerificationProtocol } from '@hm/datasets';
import { type HostTensor, hostTensor, InvalidArgumentError } from '@hm/tensor/host';
import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareWithPaper } from '../report/compare-with-paper.ts';
import { comparisonHtml, comparisonMarkdown } from '../report/comparison-text.ts';
import { toMarkdown } from '../report/report-markdown.ts';
import { toHtml } from '../report/to-html.ts';
import { scoreEmbeddings } from '../verification/score-embeddings.ts';
import type { VerificationResult } from '../verification/verification-result.ts';
import { groupRates } from './group-rates.ts';
import { peopleInPairs } from './people-in-pairs.ts';

const SIZE = 32;

/** Drawn faces of two groups: photographs of one person differ little in one, much in the other. */
function drawnGroups(): VerificationProtocol {
  const drawn = [
    { group: 'alike', hardness: 0.05, firstIdentity: 0 },
    { group: 'varied', hardness: 0.95, firstIdentity: 1000 },
  ].map(({ group, ...options }) => {
    const faces = syntheticFaces({ identities: 40, imagesPerIdentity: 4, seed: 3, size: SIZE, ...options });
    const protocol = syntheticPairs(faces, { folds: 2, pairsPerFold: 160, seed: 4 });
    return { ...protocol, images: protocol.images.map((image) => Object.assign(image, { group })) };
  });
  const [first, second] = [drawn[0]!, drawn[1]!];
  const shift = first.images.length;
  const moved = second.pairs.map((pair) => ({
    ...pair,
    first: pair.first + shift,
    second: pair.second + shift,
  }));
  return { ...first, images: [...first.images, ...second.images], pairs: [...first.pairs, ...moved] };
}

/** The gray levels of an image in 8×8 fields, less their mean: no network, but alike for alike pictures. */
function fieldsOf({ images }: VerificationProtocol): HostTensor<'float32'> {
  const data = new Float32Array(images.length * 64);
  images.forEach((image, row) => {
    const { pixels } = image as unknown as { pixels: Uint8Array };
    const fields = data.subarray(64 * row, 64 * row + 64);
    pixels.forEach((value, k) => {
      const [x, y] = [Math.floor(k / 3) % SIZE, Math.floor(k / 3 / SIZE)];
      fields[8 * Math.floor(y / 4) + Math.floor(x / 4)]! += value;
    });
    const mean = fields.reduce((sum, value) => sum + value, 0) / 64;
    fields.forEach((value, k) => {
      fields[k] = value - mean;
    });
  });
  return hostTensor('float32', [images.length, 64], data);
}

let protocol: VerificationProtocol;
let embeddings: HostTensor<'float32'>;
let result: VerificationResult;
beforeAll(() => {
  protocol = drawnGroups();
  const source = { model: 'fields.onnx' };
  embeddings = fieldsOf(protocol);
  result = scoreEmbeddings(embeddings, protocol, source, { distance: 'cosine', scores: true });
});

describe('drawn faces whose groups differ by construction', () => {
  test('the group whose photographs vary is refused more often, at the one threshold', () => {
    const { groups, threshold, worstFalseNonMatchRate, acrossGroups } = result.groups!;
    const [alike, varied] = groups;
    expect(groups.map(({ group }) => group)).toEqual(['alike', 'varied']);
    expect(threshold).toBe(result.threshold);
    expect(varied!.falseNonMatchRate!.low).toBeGreaterThan(alike!.falseNonMatchRate!.high);
    expect(worstFalseNonMatchRate!.group).toBe('varied');
    expect(acrossGroups).toBeNull();
    // Counted by hand from the pairs' scores.
    const half = result.scores!.length / 2;
    const wrong = result.scores!.slice(half).filter(({ same, distance }) => same && distance >= threshold);
    expect(varied!.falseNonMatchRate).toMatchObject({ rate: wrong.length / (half / 2), pairs: half / 2 });
    const mean = Math.sqrt(
      varied!.falseNonMatchRate!.rate * Math.max(alike!.falseNonMatchRate!.rate, 1 / half),
    );
    expect(worstFalseNonMatchRate!.ratio).toBeCloseTo(varied!.falseNonMatchRate!.rate / mean, 9);
  });

  test('and at a threshold by a wanted false match rate of all impostor pairs', async () => {
    const at = (fmr: number) =>
      scoreEmbeddings(embeddings, protocol, { model: 'm' }, { distance: 'cosine', scores: true, fmr });
    const strict = at(0.05);
    const { threshold, groups } = strict.groups!;
    const impostors = strict.scores!.filter(({ same }) => !same);
    const matched = impostors.filter(({ distance }) => distance < threshold).length;
    expect(matched).toBe(Math.floor(0.05 * impostors.length));
    const pairs = groups.map(({ falseMatchRate }) => falseMatchRate!.rate * falseMatchRate!.pairs);
    expect(pairs[0]! + pairs[1]!).toBeCloseTo(matched, 6);
    expect(strict.errorVersusDiscard).toMatchObject({ threshold });
    expect(strict.errorVersusDiscard!.points[0]!.falseMatchRate).toBeCloseTo(matched / impostors.length, 9);
    expect([strict.threshold, strict.accuracy]).toEqual([result.threshold, result.accuracy]);
    expect(strict.notes.join(' ')).toMatch(/together have a false match rate of 0\.05/);
    for (const fmr of [1e-3, 0, 1, Number.NaN]) expect(() => at(fmr)).toThrow(/320 impostor pairs can show/);
    // Compared with others, as hm report does.
    const comparison = compareWithPaper([{ result: strict }]);
    expect(comparisonMarkdown(comparison)).toMatch(/## Groups\n\nm on .*\| varied \|/s);
    const page = await comparisonHtml(comparison);
    expect([page.includes('id="groups"'), page.includes('id="quality"')]).toEqual([true, true]);
  });

  test('reports show a row and a figure of each group, and the words of ISO', async () => {
    const { document } = parseHTML(await toHtml(result));
    const section = document.querySelector('[aria-labelledby="groups"]')!;
    expect(section.querySelectorAll('svg').length).toBe(1);
    const rows = [...section.querySelectorAll('tbody tr')].map((row) => row.textContent!);
    expect(rows.map((row) => row.slice(0, 5))).toEqual(['alike', 'varie']);
    expect(section.textContent).toMatch(/The highest false non-match rate is that of varied.*FNMR/s);
    expect(toMarkdown(result)).toMatch(/\| varied \| [\d.]+ % \([\d.]+ % to [\d.]+ %\) \| 160/);
    const without = scoreEmbeddings(
      embeddings,
      { ...protocol, images: protocol.images.map((image) => Object.assign(image, { group: undefined })) },
      { model: 'fields.onnx' },
    );
    expect(without.groups).toBeUndefined();
    expect(await toHtml(without)).not.toContain('id="groups"');
  });
});

describe('groupRates', () => {
  const pairs = { distances: [0.1, 0.9, 0.2, 0.8, 0.3], same: [true, true, false, false, false] };
  const people = { first: [1, 2, 1, 2, 1], second: [1, 2, 3, 4, 2] };
  const options = { threshold: 0.5 };

  test('counts pairs within a group, and those across groups apart', () => {
    const inPairs = { first: ['a', 'b', 'a', 'b', 'a'], second: ['a', 'b', 'a', 'b', 'b'] };
    const found = groupRates(pairs, people, inPairs, options);
    expect(
      found.groups.map(({ falseMatchRate, falseNonMatchRate }) => [
        falseMatchRate!.rate,
        falseNonMatchRate!.rate,
      ]),
    ).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(found.acrossGroups).toMatchObject({ rate: 1, pairs: 1 });
    expect(found.worstFalseMatchRate).toEqual({ group: 'a', ratio: expect.closeTo(Math.SQRT2, 9) });
  });

  test('pairs without a group are in none, and no group at all is an error', () => {
    const found = groupRates(
      pairs,
      people,
      { first: ['a', ...Array(4)], second: ['a', ...Array(4)] },
      options,
    );
    expect(found.groups).toMatchObject([
      { group: 'a', falseMatchRate: null, falseNonMatchRate: { rate: 0 } },
    ]);
    expect(found.worstFalseMatchRate).toBeNull();
    const none = { first: Array(5), second: Array(5) };
    expect(() => groupRates(pairs, people, none, options)).toThrow(InvalidArgumentError);
  });
});

test('images in one folder, and those of a genuine pair, show one person', () => {
  const image = (id: string) => ({ id, path: id });
  const pair = (first: number, second: number, same: boolean) => ({ first, second, same, fold: 0 });
  const found = peopleInPairs({
    ...{ name: '', folds: 1, official: false, notes: [] },
    images: ['Ada/1.jpg', 'Ada/2.jpg', 'x.jpg', 'y.jpg', 'z.jpg'].map(image),
    pairs: [pair(0, 1, true), pair(0, 2, false), pair(2, 3, true), pair(3, 4, false)],
  });
  expect(found.first[0]).toBe(found.second[0]);
  expect(found.first[2]).toBe(found.second[2]);
  expect(found.second[1]).toBe(found.first[3]);
  expect(new Set([found.first[0], found.first[2], found.second[3]]).size).toBe(3);
});
