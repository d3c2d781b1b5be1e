import { createHash } from 'node:crypto';
import { britishSpelling, checkArguments } from '@hm/tensor/host';
import { type FineTuneOptions, paper, type Recipe } from '@hm/train';
import type { DrawnData, PhotographData } from './data/data-plan.ts';
import type { StudyPlan } from './plan.ts';
import type { StudyRow } from './rows.ts';

/** One network to train, with everything that it depends on. */
export interface StudyCell {
  stage: 'tuning' | 'final';
  condition: string;
  arm: string;
  seed: number;
  data: DrawnData | PhotographData;
  backbone: StudyPlan['backbone'];
  loss: string | null;
  options: Readonly<Record<string, unknown>>;
  /** Recipe of the training; for a pretrained network, options of `fineTune`. */
  recipe: Recipe | FineTuneOptions;
  /** SHA-256 of everything above except names and stage. Cells with the same configuration are the same run. */
  configuration: string;
}

/** Name of the condition if a plan defines none. */
export const AS_IT_IS = 'as it is';

/**
 * Returns the cells of a plan that can run now, most valuable first: tuning, then all arms under all conditions seed by
 * seed, so that a study that is stopped early is still balanced. Final cells wait until their arm is tuned.
 */
export function readyCells(plan: StudyPlan, rows: readonly StudyRow[]): StudyCell[] {
  checkArguments('readyCells', { plan, rows }, { plan: { has: ['arms', 'seeds'] }, rows: 'array' });
  const done = new Set(rows.map(({ configuration, stage }) => `${stage} ${configuration}`));
  return knownCells(plan, rows).filter(({ configuration, stage }) => !done.has(`${stage} ${configuration}`));
}

/** Counts the cells of a plan that have their row. Cells of the same configuration share one. */
export const countDone = (plan: StudyPlan, rows: readonly StudyRow[]): number =>
  knownCells(plan, rows).length - readyCells(plan, rows).length;

const knownCells = (plan: StudyPlan, rows: readonly StudyRow[]): StudyCell[] => [
  ...tuningCells(plan),
  ...finalCells(plan, rows),
];

/** Counts all cells of a plan. */
export function countCells(plan: StudyPlan): number {
  checkArguments('countCells', { plan }, { plan: { has: ['arms', 'seeds'] } });
  const { arms, seeds, tuning, conditions } = plan;
  const count = conditions ? Object.keys(conditions).length : 1;
  const tuned = tuning && tuning.grid.length > 1 ? tuning.grid.length * (tuning.condition ? 1 : count) : 0;
  const trained = Object.values(arms).filter(({ loss }) => loss !== null).length;
  return trained * (count * seeds.length + tuned) + (Object.keys(arms).length - trained) * count;
}

function tuningCells(plan: StudyPlan): StudyCell[] {
  const { tuning } = plan;
  if (tuning === undefined || tuning.grid.length < 2) return [];
  const tuned = places(plan).filter(
    ({ arm, condition }) => plan.arms[arm]!.loss !== null && condition === (tuning.condition ?? condition),
  );
  return tuned.flatMap((place) =>
    tuning.grid.map((setting) => cellOf(plan, { ...place, stage: 'tuning', seed: tuning.seed, setting })),
  );
}

/** Cells of the networks that are judged, of all arms whose tuning is done. */
export function finalCells(plan: StudyPlan, rows: readonly StudyRow[]): StudyCell[] {
  return plan.seeds.flatMap((seed, index) =>
    places(plan).flatMap((place) => {
      // A network that is not trained has no seed and is judged once.
      if (index > 0 && plan.arms[place.arm]!.loss === null) return [];
      const setting = bestSetting(plan, place, rows);
      return setting ? [cellOf(plan, { ...place, stage: 'final', seed, setting })] : [];
    }),
  );
}

interface PlaceInPlan {
  condition: string;
  arm: string;
}

const places = ({ arms, conditions = { [AS_IT_IS]: {} } }: StudyPlan): PlaceInPlan[] =>
  Object.keys(conditions).flatMap((condition) => Object.keys(arms).map((arm) => ({ condition, arm })));

/** Returns the setting that tuning chose for an arm; undefined until its whole grid has run. */
function bestSetting(
  plan: StudyPlan,
  place: PlaceInPlan,
  rows: readonly StudyRow[],
): Partial<Recipe> | undefined {
  const { tuning } = plan;
  if (tuning === undefined || plan.arms[place.arm]!.loss === null) return {};
  if (tuning.grid.length === 1) return tuning.grid[0];
  const tried = tuning.grid.map((setting) => {
    const { configuration } = cellOf(plan, {
      ...place,
      condition: tuning.condition ?? place.condition,
      stage: 'tuning',
      seed: tuning.seed,
      setting,
    });
    const row = rows.find((row) => row.stage === 'tuning' && row.configuration === configuration);
    return { setting, score: row?.validation.score };
  });
  if (tried.some(({ score }) => score === undefined)) return undefined;
  return tried.reduce((best, next) => (next.score! > best.score! ? next : best)).setting;
}

function cellOf(
  plan: StudyPlan,
  {
    stage,
    condition,
    arm,
    seed,
    setting,
  }: PlaceInPlan & Pick<StudyCell, 'stage' | 'seed'> & { setting: Partial<Recipe> },
): StudyCell {
  const { loss, options = {}, recipe } = plan.arms[arm]!;
  const depends = {
    seed,
    data: { ...plan.data, ...plan.conditions?.[condition] } as StudyCell['data'],
    backbone: plan.backbone,
    ...{ loss, options },
    recipe: scaled({ ...('pretrained' in plan.backbone ? {} : paper), ...plan.recipe, ...setting }, recipe),
  };
  // In British spelling, as before, so that networks of earlier studies keep their configuration.
  const configuration = createHash('sha256')
    .update(JSON.stringify(britishSpelling(depends)))
    .digest('hex');
  return { stage, condition, arm, ...depends, configuration };
}

/** Learning rate of `fineTune` for a plan that names none. */
const FINE_TUNING_RATE = 0.002;

/** Applies an arm's changes to a recipe. Its `learningRateFactor` multiplies its own rate, or that of plan and tuning. */
const scaled = (
  recipe: Partial<Recipe>,
  own: StudyPlan['arms'][string]['recipe'] = {},
): StudyCell['recipe'] => {
  const { learningRateFactor = 1, ...rest } = own;
  const named = rest.learningRate ?? recipe.learningRate;
  // A recipe without a rate is one for fine-tuning, and stays without one where nothing changes it.
  const rate = named ?? (learningRateFactor === 1 ? undefined : FINE_TUNING_RATE);
  return {
    ...recipe,
    ...rest,
    ...(rate !== undefined && { learningRate: rate * learningRateFactor }),
  };
};
