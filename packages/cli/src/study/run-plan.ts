import { join } from 'node:path';
import { writeFileSafely } from '@hm/tensor/files';
import { stopOnInterrupt } from '../stop-on-interrupt.ts';
import { withoutUndefined } from '../without-undefined.ts';

/** What `hm study PLAN.json` takes. */
interface PlanOptions {
  out: string;
  data?: string;
  jobs: number;
  merge?: string[];
  json?: true;
}

/** Runs what a plan still lacks, and prints what its rows say. */
export async function runPlan(
  path: string,
  { out, data, jobs, merge = [], json }: PlanOptions,
): Promise<void> {
  const { mergeStudies, readPlan, study, summarizeStudy, summaryMarkdown } = await import('@hm/study');
  const plan = await readPlan(path);
  if (merge.length > 0) console.error(`Rows added: ${await mergeStudies(out, merge)}.`);
  const interrupt = stopOnInterrupt(console.error);
  try {
    await study(plan, {
      ...{ out, jobs, signal: interrupt.signal },
      ...withoutUndefined({ root: data }),
      onEvent: (event) => {
        if (event.kind === 'epoch') return;
        const { arm, condition, seed, stage } = event.kind === 'begin' ? event.cell : event.row;
        const what = `${arm}, ${condition}, seed ${seed}${stage === 'tuning' ? ', tuning' : ''}`;
        if (event.kind === 'begin') console.error(`${event.done}/${event.cells}: ${what}`);
        else console.error(`${event.done}/${event.cells} done: ${what}, ${event.row.seconds.toFixed(0)} s`);
      },
    });
    const summary = await summarizeStudy(plan, out);
    const markdown = summaryMarkdown(plan, summary);
    await writeFileSafely(join(out, 'report.md'), markdown);
    console.log(json ? JSON.stringify(summary) : markdown);
    if (interrupt.signal.aborted) process.exitCode = interrupt.status;
  } finally {
    interrupt.release();
  }
}
