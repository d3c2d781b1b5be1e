import type { JsonSchema } from '@hm/tensor/host';
import Ajv from 'ajv';
import { expect, it } from 'vitest';
import { changeRecipe } from './change-recipe.ts';
import { paper, quick, type Recipe } from './recipe.ts';
import { recipeSchema } from './recipe-schema.ts';

const accepts = new Ajv({ strict: true, allowUnionTypes: true }).compile(recipeSchema);

it('is the published file', async () => {
  await expect(`${JSON.stringify(recipeSchema, null, 2)}\n`).toMatchFileSnapshot('../../recipe.schema.json');
});

it('explains every member, of each kind too', () => {
  const unexplained = (schema: JsonSchema, path: string): string[] => [
    ...(schema.anyOf ?? []).flatMap((one) => unexplained(one, path)),
    ...Object.entries({ ...schema.properties, ...(schema.items && { '*': schema.items }) }).flatMap(
      ([name, member]) => unexplained(member, `${path}.${name}`),
    ),
    ...(isLeaf(schema) && !schema.description ? [path] : []),
  ];
  const isLeaf = ({ properties, anyOf, const: word }: JsonSchema) =>
    !properties && !anyOf && word === undefined;
  const { $schema: _, ...members } = recipeSchema.properties ?? {};
  const found = Object.entries(members).flatMap(([name, schema]) => unexplained(schema, name));
  // A plain value instead of an object, and the items of a list of texts, are explained by their member.
  expect(found).toEqual([
    ...['schedule.milestones.*', 'weightDecay', 'mixedPrecision', 'freeze.*', 'stages.*.params.*'],
  ]);
});

it.each<[object, RegExp | undefined]>([
  [paper, undefined],
  [quick, undefined],
  [{ $schema: 'recipe.schema.json', epochs: 3 }, undefined],
  [{ optimizer: { kind: 'adamw', beta2: 0.98 }, weightDecay: { weights: 0.1, norms: 0 } }, undefined],
  [{ optimizer: { kind: 'sgd', momentum: 0.8, nesterov: true }, mixedPrecision: true }, undefined],
  [{ schedule: { kind: 'step', milestones: [1, 2.5], factor: 0.5, warmupSteps: 3 } }, undefined],
  [{ schedule: { kind: 'one-cycle', rise: 0.2 }, batchNorm: 'synchronized', clipNorm: 5 }, undefined],
  [{ sampler: { kind: 'hard', images: 2, neighbors: 3 }, freeze: ['backbone.stem.*'] }, undefined],
  [{ augment: { flip: {}, color: { brightness: 0.5 }, cutout: { fill: 'noise' } } }, undefined],
  [
    {
      stages: [{ params: ['backbone.*'], rate: 0.1 }],
      towardsStart: 0.01,
      distill: 0.5,
      averageDecay: 0.999,
    },
    undefined,
  ],
  [
    { epochs: 0 },
    /recipe\.epochs": expected a whole number of at least 1, got 0\. Fix: Change recipe\.epochs/,
  ],
  [{ epochs: 1.5 }, /recipe\.epochs/],
  [{ batchSize: '64' }, /recipe\.batchSize": expected a whole number from 1 to 65536, got 64/],
  [{ learningRate: -1 }, /a number of at least 0, got -1/],
  [{ epoch: 3 }, /members among .*, got epoch\. Fix: Write epochs\./],
  [
    { optimizer: { kind: 'adam' } },
    /recipe\.optimizer\.kind": expected 'sgd' or 'adamw', got adam\. Fix: Write adamw/,
  ],
  [
    { optimizer: { kind: 'adamw', momentum: 0.9 } },
    /recipe\.optimizer": expected members among kind, beta1.*momentum/,
  ],
  [{ optimizer: { kind: 'sgd', momentum: 1 } }, /a number from 0 to below 1, got 1/],
  [{ schedule: { kind: 'cosine', power: 2 } }, /got power/],
  [{ weightDecay: { weights: 0, gammas: 0 } }, /members among weights, norms, biases, head, got gammas/],
  [{ weightDecay: '0' }, /a number of at least 0 or an object with weights/],
  [{ clipNorm: 0 }, /a number above 0/],
  [{ partialFc: { sampleRate: 0 } }, /above 0, at most 1/],
  [{ batchNorm: 'synchronised' }, /'local' or 'synchronized', got synchronised\. Fix: Write synchronized/],
  [{ mixedPrecision: { initialScale: 0 } }, /recipe\.mixedPrecision\.initialScale/],
  [{ stages: [{ params: 'backbone.*', rate: 1 }] }, /recipe\.stages\.0\.params": expected a list/],
  [{ augment: { flop: {} } }, /Fix: Write flip/],
  [
    { augment: { color: { brightness: 2 } } },
    /recipe\.augment\.color\.brightness": expected a number from 0 to 1/,
  ],
])('%j is what the code says of it', (changes, message) => {
  const change = () => changeRecipe(paper, changes as Partial<Recipe>);
  expect(accepts(changes)).toBe(message === undefined);
  if (message) expect(change).toThrow(message);
  else expect(accepts(change())).toBe(true);
});

it('changes what is named', () => {
  expect(changeRecipe(paper, { optimizer: { momentum: 0.8 }, name: 'mine' })).toEqual({
    ...paper,
    name: 'mine',
    optimizer: { kind: 'sgd', momentum: 0.8 },
  });
  expect(changeRecipe(paper, { weightDecay: { norms: 0 }, augment: { blur: {} } })).toEqual({
    ...paper,
    weightDecay: { weights: 5e-4, norms: 0 },
    augment: { blur: {} },
  });
});

it('another kind begins with its own defaults', () => {
  const { schedule, optimizer, sampler } = changeRecipe(paper, {
    ...{ schedule: { kind: 'polynomial' }, optimizer: { kind: 'adamw' }, sampler: { kind: 'pairs' } },
  });
  expect([schedule, optimizer, sampler]).toEqual([
    { kind: 'polynomial', power: 1 },
    { kind: 'adamw' },
    { kind: 'pairs', images: 4 },
  ]);
});
