import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backboneByName } from '@hm/resnet';
import { type FineTuneOptions, fineTune, paper } from '@hm/train';
import { expect, test } from 'vitest';
import { countCells, readyCells } from './cells.ts';
import { checkPlan, readPlan, type StudyPlan } from './plan.ts';
import { tinyPlan } from './testing.ts';

const changed = (change: object) => ({ ...tinyPlan, ...change }) as StudyPlan;

test.each([
  ['a missing member', changed({ seeds: undefined, arms: {} }), /at least one arm/],
  ['an unknown member', changed({ seed: 1 }), /Remove seed, or correct its name/],
  ['a comparison of an unknown arm', changed({ comparisons: [['ce', 'arc']] }), /got "arc"/],
  ['a seed twice', changed({ seeds: [1, 1] }), /different integers/],
  ['tuning with a seed of the study', changed({ tuning: { grid: [{}], seed: 1 } }), /another seed/],
  [
    'tuning under an unknown condition',
    changed({ tuning: { grid: [{}], seed: 9, condition: 'x' } }),
    /got "x"/,
  ],
  [
    'no loss for a fresh network',
    changed({ arms: { ce: { loss: null } }, comparisons: [] }),
    /a loss for ce/,
  ],
  [
    'a pretrained file without its hash',
    changed({ backbone: { pretrained: 'a.onnx' } }),
    /that sha256sum prints/,
  ],
  [
    'a schedule for a pretrained network',
    changed({ backbone: { pretrained: 'a.onnx', sha256: '0'.repeat(64) } }),
    /Remove schedule/,
  ],
  [
    'data that judge nothing',
    changed({ data: { ...tinyPlan.data, heldOutPeople: 0 } }),
    /Raise data\.heldOutPeople/,
  ],
  [
    'a condition that no file can be named after',
    changed({ conditions: { 'noise 0 %': {}, 'noise 10/100': {} } }),
    /without \/ and \\, got "noise 10\/100"\. Fix: Rename it/,
  ],
  ['a condition with a name of a page', changed({ conditions: { ['noise '.repeat(40)]: {} } }), /200 bytes/],
  ['unknown data', changed({ data: { kind: 'painted' } }), /drawn or photographs/],
])('refuses %s', (_, plan, message) => {
  expect(() => checkPlan(plan)).toThrow(message);
});

test('says which file is no plan, and why', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hm-plan-'));
  const path = join(folder, 'plan.json');
  writeFileSync(path, '{');
  await expect(readPlan(path)).rejects.toThrow(/plan\.json: expected a plan of a study as JSON/);
  writeFileSync(path, '{}');
  await expect(readPlan(path)).rejects.toThrow(/Add name/);
  rmSync(folder, { recursive: true });
});

test('tunes first, then goes seed by seed', () => {
  expect(countCells(tinyPlan)).toBe(8);
  expect(readyCells(tinyPlan, []).map(({ stage, arm }) => `${stage} ${arm}`)).toEqual([
    'tuning ce',
    'tuning ce',
    'tuning hm-ce',
    'tuning hm-ce',
  ]);
  const untuned = changed({ tuning: undefined, conditions: { a: {}, b: { hardness: 1 } } });
  expect(countCells(untuned)).toBe(8);
  expect(readyCells(untuned, []).map(({ seed, condition, arm }) => `${seed} ${condition} ${arm}`)).toEqual([
    '1 a ce',
    '1 a hm-ce',
    '1 b ce',
    '1 b hm-ce',
    '2 a ce',
    '2 a hm-ce',
    '2 b ce',
    '2 b hm-ce',
  ]);
});

test('a change of anything that weights depend on is another configuration', () => {
  const configurations = (plan: StudyPlan) => readyCells(plan, []).map(({ configuration }) => configuration);
  const [first] = configurations(tinyPlan);
  for (const change of [
    { data: { ...tinyPlan.data, seed: 4 } },
    { backbone: { ...tinyPlan.backbone, width: 4 } },
    { recipe: { ...tinyPlan.recipe, epochs: 3 } },
    { tuning: { ...tinyPlan.tuning, seed: 10 } },
    { arms: { ce: { loss: 'ce', options: { bias: false } } }, comparisons: [] },
  ])
    expect(configurations(changed(change))).not.toContain(first);
  expect(configurations(changed({ name: 'another', question: 'Another?' }))).toContain(first);
});

test('an arm’s own learning rate takes the place of the plan’s and tuning’s, and its factor multiplies any of them', () => {
  const ratesOf = (plan: StudyPlan) =>
    readyCells(plan, []).map(({ arm, recipe }) => [arm, (recipe as FineTuneOptions).learningRate]);
  const recipes = { plain: {}, own: { learningRate: 0.5 }, half: { learningRateFactor: 0.5 } };
  const arms = Object.fromEntries(
    Object.entries({ ...recipes, both: { ...recipes.own, ...recipes.half } }).map(([name, recipe]) => [
      name,
      { loss: 'ce', recipe },
    ]),
  );
  const plan = changed({ arms, comparisons: [], seeds: [1], tuning: undefined });
  const rates = (plain: number | undefined, half: number) => [
    ['plain', plain],
    ['own', 0.5],
    ['half', half],
    ['both', 0.25],
  ];
  expect(ratesOf({ ...plan, recipe: { learningRate: 0.04 } })).toEqual(rates(0.04, 0.02));
  expect(ratesOf({ ...plan, tuning: { grid: [{ learningRate: 0.08 }], seed: 9 } })).toEqual(
    rates(0.08, 0.04),
  );
  expect(ratesOf({ ...plan, recipe: {} })).toEqual(rates(paper.learningRate, paper.learningRate / 2));
  const backbone = { pretrained: 'a.onnx', sha256: '0'.repeat(64) };
  const tuned = { ...plan, backbone, recipe: {} };
  // The rate that fineTune takes without one is not spelled out: it would be another configuration.
  expect(ratesOf(tuned)).toEqual(rates(undefined, 0.001));
});

test('half of the learning rate of fine-tuning is half of what fineTune takes without one', async () => {
  const backbone = { pretrained: 'a.onnx', sha256: '0'.repeat(64) };
  const arms = { half: { loss: 'ce', recipe: { learningRateFactor: 0.5 } } };
  const [cell] = readyCells(changed({ arms, backbone, recipe: {}, comparisons: [], tuning: undefined }), []);
  const { learningRate } = await fineTune(backboneByName('resnet18', { width: 2 }), { length: 64 });
  expect((cell!.recipe as FineTuneOptions).learningRate).toBe(learningRate / 2);
});
