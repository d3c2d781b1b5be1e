import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { syntheticFaces } from '@hm/datasets';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
// The built package: a study's networks are trained by its processes.
import {
  countCells,
  estimateStudy,
  reproductionMarkdown,
  reproductionPlan,
  study,
  summarizeStudy,
} from '../dist/index.js';
import { tinyPlan } from './testing.ts';

const people = ['Ada', 'Bob', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gus', 'Hal'];
let folder = '';

/** Eight people with four pictures each, in the forms of a training set, of LFW and of YouTube Faces. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hm-reproduction-'));
  const faces = syntheticFaces({ identities: 8, imagesPerIdentity: 4, hardness: 0, seed: 1, size: 16 });
  for (let index = 0; index < faces.length; index++) {
    const { image, label } = await faces.sample(index);
    const { pixels, height, width } = image as { pixels: Uint8Array; height: number; width: number };
    const bytes = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    const [person, number] = [people[label]!, 1 + (index % 4)];
    for (const path of [`faces/${person}/${number}.png`, `lfw/${person}/${person}_000${number}.png`])
      write(path, bytes);
    write(`ytf/aligned_images_DB/${person}/${number % 2}/${person}.${number}.jpg`, bytes);
  }
  const genuine = people.map((person) => `${person}\t1\t2`);
  const impostors = people.map((person, k) => `${person}\t1\t${people[(k + 1) % 8]}\t2`);
  const lines = [0, 1].flatMap((fold) =>
    [genuine, impostors].flatMap((all) => all.slice(4 * fold, 4 * fold + 4)),
  );
  write('pairs.txt', `2\t4\n${lines.join('\n')}\n`);
  const videos = people.flatMap((person, k) => [
    `${1 + (k >> 2)}, ${k}, ${person}/0, ${person}/1, 1`,
    `${1 + (k >> 2)}, ${k}, ${person}/0, ${people[(k + 1) % 8]}/1, 0`,
  ]);
  write(
    'ytf/splits.txt',
    `split number, pair number, first name, second name, is same:\n${videos.join('\n')}\n`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string | Uint8Array): void {
  const place = join(folder, path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, content);
}

const table1 = () =>
  reproductionPlan(1, {
    faces: 'faces',
    lfw: { images: 'lfw', pairs: 'pairs.txt' },
    ytf: { images: 'ytf' },
    validationPeople: 4,
    seeds: [1, 2],
  });

test('a table is a plan: six losses, the paper’s recipe, each loss against its hard-mining form', () => {
  const plan = table1();
  expect(Object.keys(plan.arms)).toEqual([
    'ce',
    'hm-ce',
    'a-softmax',
    'hm-a-softmax',
    'arcface',
    'hm-arcface',
  ]);
  expect(plan.comparisons).toEqual([
    ['ce', 'hm-ce'],
    ['a-softmax', 'hm-a-softmax'],
    ['arcface', 'hm-arcface'],
  ]);
  expect(plan.recipe).toBeUndefined();
  expect(countCells(plan)).toBe(12);
  expect(() => reproductionPlan(3, { faces: 'faces', lfw: { images: 'lfw', pairs: 'pairs.txt' } })).toThrow(
    /a table of the paper: 1 or 2, got 3/,
  );
});

test('what runs is judged on LFW and YouTube Faces, and printed beside the paper’s figures', async () => {
  const { arms, ...plan } = table1();
  const small = {
    ...{ ...plan, arms: { ce: arms.ce!, 'hm-ce': arms['hm-ce']! }, comparisons: [['ce', 'hm-ce']] as const },
    ...{
      backbone: tinyPlan.backbone,
      recipe: { epochs: 1, batchSize: 8, schedule: { kind: 'constant' } as const },
    },
  };
  small.data = { ...small.data, pairsPerFold: 2 };
  const estimate = await estimateStudy(small, { root: folder });
  expect(estimate).toMatchObject({
    ...{ networks: 4, steps: 8 },
    conditions: [{ condition: 'as it is', images: 16, classes: 4, pairs: { lfw: 16, ytf: 16 } }],
  });
  expect(estimate.imagesPerSecond).toBeGreaterThan(0);
  expect(estimate.hours).toBeCloseTo(64 / estimate.imagesPerSecond / 3600, 12);
  const out = join(folder, 'out');
  const rows = await study(small, { root: folder, out, threads: 2 });
  expect(rows.map(({ tests }) => Object.keys(tests))).toEqual(Array(4).fill(['lfw', 'ytf']));
  expect(rows[0]!.kernels).toBe('onnx cpu, 2 threads');
  const summary = await summarizeStudy(small, out);
  const markdown = reproductionMarkdown(1, summary);
  const [a, b] = summary.arms.find(({ arm, test }) => arm === 'hm-ce' && test === 'ytf')!.accuracies;
  const [middle, half] = [50 * (a! + b!), (12.706 * 100 * Math.abs(a! - b!)) / 2];
  expect(markdown).toContain('# Table 1: trained on CASIA-WebFace');
  expect(markdown).toMatch(/\| ArcFace \| 97\.79 \| – \| 94\.54 \| – \|/);
  const [, shown, shownHalf] = /Hard-Mining Cross-Entropy \|.*\| 93\.10 \| ([\d.]+) ± ([\d.]+) \|/.exec(
    markdown,
  )!;
  expect(Number(shown)).toBeCloseTo(middle, 1);
  expect(Math.abs(Number(shownHalf) - half)).toBeLessThan(0.02);
}, 120_000);

test('absolute paths are taken as they are', async () => {
  const { arms, ...plan } = table1();
  const [faces, images] = [join(folder, 'faces'), join(folder, 'lfw')];
  const data = {
    ...plan.data,
    pairsPerFold: 2,
    faces,
    lfw: { images },
    ytf: { images: join(folder, 'ytf') },
  };
  const small = { ...plan, data, arms: { ce: arms.ce! }, comparisons: [], backbone: tinyPlan.backbone };
  const recipe = { epochs: 1, batchSize: 8, schedule: { kind: 'constant' } as const };
  const { conditions } = await estimateStudy({ ...small, recipe } as typeof plan & { arms: typeof arms });
  expect(conditions[0]!.pairs).toEqual({ lfw: 16, ytf: 16 });
});

test('a path that is wrong is told before anything is trained', async () => {
  const plan = table1();
  const data = { ...plan.data, pairsPerFold: 2, ytf: { images: 'nowhere' } };
  await expect(estimateStudy({ ...plan, data } as typeof plan, { root: folder })).rejects.toThrow(/nowhere/);
});
