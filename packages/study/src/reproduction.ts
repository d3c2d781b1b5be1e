import { mean, meanInterval, paperTables } from '@hm/eval';
import { checkArguments, checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import type { PhotographData } from './data/data-plan.ts';
import { markdownTable } from './markdown-table.ts';
import type { StudyPlan } from './plan.ts';
import type { StudySummary } from './summarize.ts';

/** Options of {@link reproductionPlan}: aligned images, and paths of the paper's tests. */
export interface ReproductionOptions
  extends Required<Pick<PhotographData, 'faces' | 'lfw'>>,
    Pick<PhotographData, 'exclude' | 'ytf'> {
  /** Number of people in the training set who choose the checkpoint and are not trained on. Default 100. */
  validationPeople?: number;
  /** Seeds of each loss. Default 1, 2 and 3. */
  seeds?: readonly number[];
}

/**
 * Returns the paper's Table 1 (trained on CASIA-WebFace) or 2 (MS-Celeb-1M) as a plan: ResNet-18, its recipe, its six
 * losses, each with and without hard mining, judged on LFW and YouTube Faces. The paper does not state seeds and how
 * the checkpoint is chosen: these are our choice.
 *
 * @throws {InvalidArgumentError} if there is no such table.
 * @example
 * const plan = reproductionPlan(1, {
 *   faces: 'casia-112',
 *   exclude: 'casia-lfw',
 *   lfw: { images: 'lfw-112', pairs: 'lfw/pairs.txt' },
 *   ytf: { images: 'ytf-112' },
 * });
 */
export function reproductionPlan(table: number, options: ReproductionOptions): StudyPlan {
  const {
    validationPeople = 100,
    seeds = [1, 2, 3],
    ...data
  } = checkOptions('reproductionPlan', options, {
    ...{ faces: 'string', exclude: 'string', lfw: 'object', ytf: 'object' },
    ...{ validationPeople: 'number', seeds: 'array' },
  });
  const { faces, lfw } = data;
  checkArguments(
    'reproductionPlan',
    { table, faces, lfw },
    { table: 'number', faces: 'string', lfw: 'object' },
  );
  const { trainedOn, rows } = paperTable('reproductionPlan', table);
  const losses = rows.map(({ loss }) => loss);
  return {
    name: `table-${table}`,
    question: `Does hard mining raise the accuracy of a ResNet-18 trained on ${trainedOn}?`,
    data: { kind: 'photographs', ...data, validationPeople, heldOutPeople: 0, pairsPerFold: 200, seed: 1 },
    backbone: { name: 'resnet18' },
    arms: Object.fromEntries(losses.map((loss) => [loss, { loss }])),
    seeds,
    comparisons: losses
      .filter((loss) => losses.includes(`hm-${loss}`))
      .map((loss) => [loss, `hm-${loss}`] as const),
  };
}

/**
 * Returns the paper's table with its figures beside ours, in percent: means over seeds, with 95 % intervals from two
 * seeds up.
 *
 * @throws {InvalidArgumentError} if there is no such table.
 */
export function reproductionMarkdown(table: number, summary: StudySummary): string {
  checkArguments('reproductionMarkdown', { table, summary }, { table: 'number', summary: { has: ['arms'] } });
  const { arms } = summary;
  const { trainedOn, rows } = paperTable('reproductionMarkdown', table);
  const ours = (test: string, loss: string) => {
    const found = arms.find((arm) => arm.test === test && arm.arm === loss);
    return found === undefined ? '–' : withInterval(found.accuracies.map((share) => 100 * share));
  };
  const lines = markdownTable(
    ['Loss', 'LFW, paper', 'LFW, ours', 'YTF, paper', 'YTF, ours'],
    rows.map(({ loss, label, lfw, ytf }) => [
      ...[label, lfw.toFixed(2), ours('lfw', loss)],
      ...[ytf.toFixed(2), ours('ytf', loss)],
    ]),
    ['---', '---:', '---:', '---:', '---:'],
  );
  return `# Table ${table}: trained on ${trainedOn}\n\nAccuracies in percent; ours are means over seeds with 95 % intervals.\n\n${lines}\n`;
}

function withInterval(percents: readonly number[]): string {
  const middle = mean(percents).toFixed(2);
  if (percents.length < 2) return `${middle} (one seed)`;
  return `${middle} ± ${(meanInterval(percents).high - mean(percents)).toFixed(2)}`;
}

function paperTable(where: string, table: number) {
  const found = paperTables.find(({ number }) => number === table);
  if (found !== undefined) return found;
  const numbers = paperTables.map(({ number }) => number).join(' or ');
  throw new InvalidArgumentError({
    ...{ where, expected: `a table of the paper: ${numbers}`, received: table },
    fix: `Pass ${numbers}.`,
  });
}
