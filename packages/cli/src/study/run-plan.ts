import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { StudyEstimate, StudyOptions, StudyPlan, StudySummary } from '@hm/study';
import { writeFileSafely } from '@hm/tensor/files';
import { withoutUndefined } from '../options/without-undefined.ts';
import { stopOnInterrupt } from '../stop-on-interrupt.ts';

/** Options for running a plan. */
export interface PlanOptions extends Pick<StudyOptions, 'threads' | 'provider'> {
  out: string;
  /** Folder that the plan's paths are relative to. */
  data?: string;
  jobs: number;
  merge?: string[];
  dryRun?: true;
  json?: true;
}

/** Runs the missing cells of a plan file and prints the report. */
export async function runPlanFile(path: string, options: PlanOptions): Promise<void> {
  const { readPlan, summaryMarkdown } = await import('@hm/study');
  const plan = await readPlan(path);
  await runPlan(plan, options, (summary) => summaryMarkdown(plan, summary));
}

/** Runs the missing cells of a plan, writes the report and prints it. With `dryRun`, only prints the estimated cost. */
export async function runPlan(
  plan: StudyPlan,
  { out, data, jobs, threads, provider, merge = [], dryRun, json }: PlanOptions,
  describe: (summary: StudySummary) => string,
): Promise<void> {
  const { estimateStudy, mergeStudies, study, summarizeStudy, summaryFigure } = await import('@hm/study');
  const place = withoutUndefined({ root: data, threads, provider });
  if (dryRun) {
    const estimate = await estimateStudy(plan, place);
    console.log(json ? JSON.stringify(estimate) : describeEstimate(estimate));
    return;
  }
  if (merge.length > 0) console.error(`Rows added: ${await mergeStudies(out, merge)}.`);
  const interrupt = stopOnInterrupt(console.error);
  try {
    await study(plan, {
      ...{ out, jobs, signal: interrupt.signal, ...place },
      onEvent: (event) => {
        if (event.kind === 'epoch') return;
        const { arm, condition, seed, stage } = event.kind === 'begin' ? event.cell : event.row;
        const what = `${arm}, ${condition}, seed ${seed}${stage === 'tuning' ? ', tuning' : ''}`;
        if (event.kind === 'begin') console.error(`${event.done}/${event.cells}: ${what}`);
        else console.error(`${event.done}/${event.cells} done: ${what}, ${event.row.seconds.toFixed(0)} s`);
      },
    });
    const summary = await summarizeStudy(plan, out);
    const markdown = describe(summary);
    await writeFileSafely(join(out, 'report.md'), markdown);
    await writeFileSafely(join(out, 'report.svg'), summaryFigure(summary));
    console.log(json ? JSON.stringify(summary) : markdown);
    if (interrupt.signal.aborted) process.exitCode = interrupt.status;
  } finally {
    interrupt.release();
  }
}

function describeEstimate({
  networks,
  conditions,
  steps,
  imagesPerSecond,
  hours,
  memory,
}: StudyEstimate): string {
  const lines = conditions.map(({ condition, images, classes, pairs }) => {
    const tests = Object.entries(pairs).map(([test, count]) => `${count} pairs of ${test}`);
    return `${condition}: ${images} images of ${classes} people to train on; ${tests.join(', ')}`;
  });
  return [
    'Every path was opened.',
    ...lines,
    `${networks} networks, ${steps} steps in all, ${imagesPerSecond.toFixed(1)} images/s as measured here`,
    `about ${hours < 10 ? hours.toFixed(1) : Math.round(hours)} hours of training, one network after another; scoring comes on top`,
    `${(memory / 1e9).toFixed(1)} GB of memory at most, for each network that trains at a time`,
  ].join('\n');
}

/** Options of `hm reproduce`. */
interface ReproductionOptions extends Omit<PlanOptions, 'data' | 'merge'> {
  table: string;
  data: string;
  lfw: string;
  pairs?: string;
  ytf?: string;
  exclude?: string;
  seeds: number;
  validatePeople: number;
}

/** Runs a table of the paper as a plan. */
export async function runReproduction(options: ReproductionOptions): Promise<void> {
  const { table, data, lfw, pairs, ytf, exclude, seeds, validatePeople, ...how } = options;
  const { reproductionMarkdown, reproductionPlan } = await import('@hm/study');
  const plan = reproductionPlan(Number(table), {
    faces: resolve(data),
    lfw: { images: resolve(lfw), ...(pairs !== undefined && { pairs: resolve(pairs) }) },
    ...(ytf !== undefined && { ytf: { images: resolve(ytf) } }),
    ...(exclude !== undefined && { exclude: exclude === 'casia-lfw' ? exclude : resolve(exclude) }),
    seeds: Array.from({ length: seeds }, (_, index) => index + 1),
    validationPeople: validatePeople,
  });
  const { threads = Math.max(1, Math.floor(availableParallelism() / Math.max(1, how.jobs))) } = how;
  await runPlan(plan, { ...how, threads }, (summary) => reproductionMarkdown(Number(table), summary));
}
