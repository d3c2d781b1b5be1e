import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSession } from '@hm/onnx/session';
import type { ComparisonReport } from '@hm/study';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hm, type Outcome, temporaryFolder } from '../testing.ts';

const folder = temporaryFolder();
afterAll(folder.dispose);

const faces = [
  '--identities',
  '4',
  '--images-per-identity',
  '4',
  '--held-out',
  '20',
  '--images-per-held-out',
  '4',
];
const small = [...faces, '--pairs-per-fold', '8', '--image-size', '32', '--batch', '8', '--lr', '0.01'];
const options = ['study', ...small, '--epochs', '1', '--out', folder.path, '--json'];

describe('hm study on rendered faces', () => {
  let outcome: Outcome;
  let report: ComparisonReport;
  beforeAll(async () => {
    outcome = await hm(options);
    report = JSON.parse(outcome.stdout);
  });

  it('trains and scores each loss, and prints what it writes to report.json', () => {
    expect(outcome.status).toBe(0);
    expect(JSON.parse(readFileSync(join(folder.path, 'report.json'), 'utf8'))).toEqual(report);
    expect(report.runs.map(({ loss }) => loss)).toEqual(['ce', 'hm-ce']);
    for (const { epochs, result } of report.runs) {
      expect(epochs.map(({ epoch }) => epoch)).toEqual([1]);
      expect(result).toMatchObject({ pairs: 80, official: false });
      expect(result.folds).toHaveLength(10);
    }
  });

  it('writes the table of scores as Markdown', () => {
    const markdown = readFileSync(join(folder.path, 'report.md'), 'utf8');
    for (const { loss, result } of report.runs) {
      expect(markdown).toContain(`| ${loss}.onnx | ${(100 * result.accuracy).toFixed(2)} * |`);
    }
    expect(markdown).toContain('4 identities × 4 images to train on, 20 others × 4 images for 80 pairs');
  });

  it('leaves models that say how they were made', async () => {
    for (const { loss, model } of report.runs) {
      const session = await createSession(model);
      expect(session.metadata['hm.loss']).toBe(loss);
      await session.release();
    }
  });

  it('starts every loss from the same weights on the same batches, and the losses differ', () => {
    const [plain, mined] = report.runs.map(({ epochs }) => epochs[0]!.loss);
    expect(plain).not.toBe(mined);
    const [a, b] = report.runs.map(({ loss }) =>
      JSON.parse(readFileSync(join(folder.path, 'runs', loss, 'run.json'), 'utf8')),
    );
    expect({ ...a, head: b.head }).toEqual(b);
  });

  it('goes on with what is there: a finished run is not trained again', async () => {
    const again: ComparisonReport = JSON.parse((await hm(options)).stdout);
    expect(again.runs.map(({ epochs }) => epochs)).toEqual(report.runs.map(({ epochs }) => epochs));
    expect(again.runs.map(({ result }) => result)).toEqual(report.runs.map(({ result }) => result));
  });

  it('does not mix runs of other settings, unless it may begin anew', async () => {
    const other = options.map((option, index) => (options[index - 1] === '--lr' ? '0.02' : option));
    const { status, stderr } = await hm(other);
    expect(status).toBe(1);
    expect(stderr).toContain('--lr: 0.01 in the run, 0.02 now');
    expect((await hm([...other, '--losses', 'ce', '--overwrite'])).status).toBe(0);
  });
});
