import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type PlanOptions, runPlan } from './run-plan.ts';

/** What `hm reproduce` takes. */
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

/** The paper's table as a plan, run as any other. */
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
