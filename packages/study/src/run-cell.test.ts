import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readyCells } from './cells.ts';
import type { StudyPlan } from './plan.ts';
import { type CellPlace, runCell } from './run-cell.ts';
import { tinyPlan } from './testing.ts';

const wild = { learningRate: 1e30 };
const plan: StudyPlan = {
  ...tinyPlan,
  arms: { ce: { loss: 'ce' } },
  ...{ seeds: [1], comparisons: [] },
  tuning: { grid: [wild, { learningRate: 0.01 }], seed: 9 },
};

async function place(): Promise<CellPlace> {
  const out = await mkdtemp(join(tmpdir(), 'hm-cell-'));
  onTestFinished(() => rm(out, { recursive: true }));
  return { study: 'tiny', root: '.', out, engine: { provider: 'cpu', threads: 1 } };
}

it('gives a setting that diverges the lowest score, so that tuning goes on with another', async () => {
  const at = await place();
  const cells = readyCells(plan, []);
  const rows = [(await runCell(cells[0]!, at))!, (await runCell(cells[1]!, at))!];
  expect(rows[0]).toMatchObject({ recipe: wild, diverged: true, validation: { step: 0, score: 0 } });
  expect(rows[1]).not.toHaveProperty('diverged');
  const [final] = readyCells(plan, rows);
  expect(final).toMatchObject({ stage: 'final', recipe: { learningRate: 0.01 } });
});

it('throws where a network diverges that has no other setting', async () => {
  const [cell] = readyCells({ ...plan, tuning: { grid: [wild], seed: 9 } }, []);
  await expect(runCell(cell!, await place())).rejects.toThrow(/expected finite numbers/);
});

it('stops with a checkpoint, from which it resumes', async () => {
  const at = await place();
  const [, cell] = readyCells(plan, []);
  const stop = new AbortController();
  const kinds: string[] = [];
  const onEvent: CellPlace['onEvent'] = ({ kind }) => {
    kinds.push(kind);
    if (kind === 'epoch') stop.abort();
  };
  expect(await runCell(cell!, { ...at, onEvent, signal: stop.signal })).toBeUndefined();
  expect(kinds.slice(-2)).toEqual(['checkpoint', 'stopped']);
  const steps: number[] = [];
  const resumed = await runCell(cell!, {
    ...at,
    onEvent: (event) => event.kind === 'start' && steps.push(event.step),
  });
  expect(steps).toEqual([3]);
  const whole = await runCell(cell!, await place());
  expect(resumed!.epochs).toEqual(whole!.epochs);
  expect(resumed!.validation).toEqual(whole!.validation);
});
