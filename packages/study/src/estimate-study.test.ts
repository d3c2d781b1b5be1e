import { expect, it } from 'vitest';
import { estimateStudy } from './estimate-study.ts';
import { tinyPlan } from './testing.ts';

const conditions = { few: { imagesPerIdentity: 4 }, many: { imagesPerIdentity: 8 } };
const arms = { ce: { loss: 'ce' } };
const plan = { ...tinyPlan, arms, conditions, comparisons: [] };

it('opens the data of every condition, also where tuning is done under one of them', async () => {
  const tuning = { ...tinyPlan.tuning!, condition: 'few' };
  const estimate = await estimateStudy({ ...plan, tuning });
  expect(estimate.networks).toBe(6);
  expect(estimate.conditions.map(({ condition, images }) => [condition, images])).toEqual([
    ['few', 24],
    ['many', 48],
  ]);
  // Two epochs of 2 and 4 steps, for three networks each.
  expect(estimate.steps).toBe(36);
  const wrong = { ...plan, tuning, conditions: { ...conditions, none: { heldOutPeople: 1 } } };
  await expect(estimateStudy(wrong)).rejects.toThrow(/people/);
});
