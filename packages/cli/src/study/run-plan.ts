import { stopOnInterrupt } from '../stop-on-interrupt.ts';
import { withoutUndefined } from '../without-undefined.ts';

/** What `hm study PLAN.json` takes. */
interface PlanOptions {
  out: string;
  data?: string;
  jobs: number;
  json?: true;
}

/** Runs what a plan still lacks, and prints what its rows say. */
export async function runPlan(path: string, { out, data, jobs, json }: PlanOptions): Promise<void> {
  const { readPlan, study } = await import('@hm/study');
  const plan = await readPlan(path);
  const interrupt = stopOnInterrupt(console.error);
  try {
    const rows = await study(plan, {
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
    if (json) console.log(JSON.stringify(rows));
  } finally {
    interrupt.release();
  }
}
