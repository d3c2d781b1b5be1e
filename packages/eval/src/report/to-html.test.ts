import { InvalidArgumentError } from '@hm/tensor/host';
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { hostileNames, hostileResult } from '../testing/hostile-result.ts';
import { binnedScores } from './binned-scores.ts';
import { hardestPairs } from './hardest-section.ts';
import { curvePoints, loadPlots } from './plots.ts';
import { toHtml } from './to-html.ts';

const { result, protocol } = hostileResult('<img src=x onerror=alert(1)>.onnx');
const parse = async (...options: Parameters<typeof toHtml>) => parseHTML(await toHtml(...options)).document;

test('names of files never become elements', async () => {
  const document = await parse(result, { hardest: 80 });
  expect(document.querySelectorAll('script, img, b, i, iframe, object, embed, [onerror]').length).toBe(0);
  expect(document.querySelectorAll('link, style').length).toBeGreaterThan(0);
  const text = document.querySelector('ol.hardest')!.textContent!;
  expect(text).toContain('two␊lines␉and␀more.jpg#0');
  for (const id of hostileNames.filter((id) => !id.startsWith('two'))) expect(text).toContain(`${id}#0`);
  expect(document.querySelector('h1')!.textContent).toContain('<img src=x onerror=alert(1)>.onnx');
});

test('shows the figures of the result, and its recipe', async () => {
  const text = (await parse(result)).body.textContent!;
  for (const figure of [
    `${(100 * result.accuracy).toFixed(2)} %`,
    result.auc.toFixed(5),
    `${(100 * result.eer).toFixed(2)} %`,
  ]) {
    expect(text).toContain(figure);
  }
  for (const row of ['recipe.epochs20', 'recipe.schedule.at[8,12]', 'dataLicense<script>1</script>'])
    expect(text).toContain(row);
  for (const note of [...result.notes, 'Not the official score.']) expect(text).toContain(note);
});

test('a histogram shows every pair, those at its ends too', async () => {
  // A weak network: nearly all genuine pairs lie at one distance, at the very end.
  const pairs = Array.from({ length: 100 }, (_, k) => ({
    ...{ first: `a${k}`, second: `b${k}`, fold: 0, accepted: true },
    ...{ same: k < 50, distance: k < 47 ? 0.1 : 0.1 + k / 100 },
  }));
  const { histogram } = await loadPlots();
  const svg = histogram({ ...result, scores: pairs }).text;
  const heights = (fill: string) => {
    const group = svg.slice(svg.indexOf(`fill="var(--${fill})"`));
    const bars = group.slice(0, group.indexOf('</g>')).matchAll(/<rect [^>]*height="([\d.]+)"/g);
    return [...bars].reduce((sum, [, height]) => sum + Number(height), 0);
  };
  // Shares of either kind add up to all of it.
  expect(heights('genuine')).toBeGreaterThan(100);
  expect(heights('genuine')).toBeCloseTo(heights('impostor'), 0);
});

test('counts every pair in the table behind the histogram', async () => {
  const document = await parse(result);
  const region = document.querySelector('[aria-label="Distances"]')!;
  const cells = [...region.querySelectorAll('td')].map((cell) => Number(cell.textContent));
  expect(cells.reduce((sum, count) => sum + count, 0)).toBe(80);
});

test('pictures are there only where they were asked for', async () => {
  expect((await parse(result)).querySelectorAll('img').length).toBe(0);
  const pictures = [...(await parse(result, { thumbnails: protocol })).querySelectorAll('img')];
  expect(pictures.length).toBe(48);
  for (const picture of pictures) expect(picture.getAttribute('src')).toMatch(/^data:image\/jpeg;base64,/);
});

test('several results are told apart; without scores there are tables but no curves', async () => {
  const { scores: _, ...bare } = hostileResult('bare.onnx', 2).result;
  const document = await parse([result, hostileResult('b.onnx', 3).result, bare], { title: 'Ours' });
  expect(document.querySelector('h1')!.textContent).toBe('Ours');
  expect(document.querySelectorAll('svg').length).toBe(2 + 2 + 1 + 3);
  expect(document.body.textContent).toContain('bare.onnx, pairs <i>of</i> "mine": Drawn without curves');
  expect((await parse(bare)).querySelectorAll('svg').length).toBe(1 + 1);
});

test('nothing to report is an error', async () => {
  await expect(toHtml([])).rejects.toThrow(InvalidArgumentError);
});

const pair = (distance: number, same: boolean) => ({
  first: 'a',
  second: 'b',
  same,
  fold: 0,
  distance,
  accepted: distance < 0.5,
});
const scores = [
  pair(0.1, true),
  pair(0.9, true),
  pair(0.3, false),
  pair(0.4, true),
  pair(1, false),
  pair(0.2, false),
];

test('hardest pairs are the farthest genuine and the closest impostors', () => {
  const { genuine, impostors } = hardestPairs(scores, 2);
  expect(genuine.map(({ distance }) => distance)).toEqual([0.9, 0.4]);
  expect(impostors.map(({ distance }) => distance)).toEqual([0.2, 0.3]);
});

test('curves hold the operating points, by hand', () => {
  // Ascending: genuine .1, impostor .2, impostor .3, genuine .4, genuine .9, impostor 1.
  const points = curvePoints(scores);
  expect(points.at(-1)).toEqual({ far: 1, frr: 0 });
  expect(points[0]!.far).toBeCloseTo(1 / 3);
  expect(points[0]!.frr).toBeCloseTo(2 / 3);
});

test('bins share the range and hold everything, also when all distances are one', () => {
  expect(binnedScores(scores, 3).map(({ genuine, impostors }) => [genuine, impostors])).toEqual([
    [1, 2],
    [1, 0],
    [1, 1],
  ]);
  expect(binnedScores([pair(0.5, true), pair(0.5, false)], 2)[0]).toMatchObject({ genuine: 1, impostors: 1 });
});
