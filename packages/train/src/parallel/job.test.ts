import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadRun } from '../run-folder/load-run.ts';
import { hasMpi, runJob, startJob } from '../testing/mpi.ts';
import { ofKind, temporaryFolder } from '../testing/tiny-run.ts';

const limits = { timeout: 60_000 };

describe.skipIf(!hasMpi)('a job of several ranks', limits, () => {
  test('ends when one is killed, and goes on with another number of them', async () => {
    const out = await temporaryFolder();
    const recipe = { batchNorm: 'synchronized', epochs: 4000 };
    const job = startJob(2, { out, pid: true, checkpointEvery: 1, recipe });
    const victim = await job.event(({ kind, rank }) => kind === 'pid' && rank === 1);
    await job.event(({ kind, step = 0 }) => kind === 'checkpoint' && step > 5);
    process.kill(victim.pid!, 'SIGKILL');
    const { code, errors } = await job.end;
    expect(code).not.toBe(0);
    expect(errors).toMatch(/rank 1 .*signal 9/s);
    let { step } = (await loadRun(out)).progress;
    expect(step).toBeGreaterThan(5);
    for (const count of [1, 2]) {
      const { code, events } = await runJob(count, { out, resume: true, recipe, stopAt: { 0: 0 } });
      expect(code).toBe(0);
      expect(events[0]).toMatchObject({ kind: 'start', step });
      ({ step } = (await loadRun(out)).progress);
      expect(ofKind(events, 'stopped')).toMatchObject([{ step }]);
    }
  });

  test('is stopped by any rank, at the same step, with a checkpoint', async () => {
    const out = await temporaryFolder();
    const { code, events, errors } = await runJob(2, { out, stopAt: { 1: 0 }, recipe: { epochs: 4000 } });
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const { step } = (await loadRun(out)).progress;
    expect(ofKind(events, 'stopped')).toMatchObject([{ step }]);
  });

  test('stops when mpirun forwards a signal', async () => {
    const out = await temporaryFolder();
    const job = startJob(2, { out, recipe: { epochs: 4000 } });
    await job.event(({ kind }) => kind === 'step');
    job.process.kill('SIGUSR2');
    const { code, events } = await job.end;
    expect(code).toBe(0);
    expect(ofKind(events, 'stopped')).toHaveLength(1);
  });

  test('tells of images that another rank passed over', async () => {
    const out = await temporaryFolder();
    const options = { out, onBadSample: 'skip', failAt: { 1: 3 }, recipe: { epochs: 1 } };
    const { code, events } = await runJob(2, options);
    expect(code).toBe(0);
    expect(ofKind(events, 'badSample')).toMatchObject([{ id: expect.stringMatching(/^torn/) }]);
  });
});

describe.skipIf(!hasMpi)('what ends a job, with the rank and the reason', limits, () => {
  const errorsOf = async (options: Record<string, unknown>, count = 2) => {
    const { code, errors } = await runJob(count, { out: await temporaryFolder(), ...options });
    expect(code).not.toBe(0);
    return errors;
  };

  test('an image that cannot be used', async () => {
    const errors = await errorsOf({ failAt: { 1: 20 }, recipe: { epochs: 50 } });
    expect(errors).toMatch(/^rank 1 of 2: torn \d+: expected an image, got a torn one/m);
    expect(errors).not.toMatch(/^rank 0/m);
  });

  test('a loss that is not finite, said once', async () => {
    const errors = await errorsOf({ recipe: { learningRate: 1e30, schedule: { kind: 'constant' } } });
    expect(errors.match(/^rank \d of 2: train, step \d+: expected finite numbers/gm)).toHaveLength(1);
  });

  test('a batch that cannot be shared evenly', async () => {
    const errors = await errorsOf({ recipe: { batchSize: 13 } });
    expect(errors).toMatch(
      /^rank 0 of 2: train option "recipe.batchSize": expected a multiple of 2, .* got 13/m,
    );
  });

  test('other data on one rank, said by that one with what differs', async () => {
    const errors = await errorsOf({ identitiesOf: { 1: 7 } });
    expect(errors).toMatch(
      /^rank 1 of 2: .*data.images: 48 on rank 0, 56 on rank 1; data.classes: 6 on rank 0, 7/m,
    );
    expect(errors).not.toMatch(/^rank 0/m);
  });

  test('a library under the name of Open MPI that is another', async () => {
    const folder = await temporaryFolder();
    const triplet = process.arch === 'x64' ? 'x86_64-linux-gnu' : 'aarch64-linux-gnu';
    await symlink(`/lib/${triplet}/libm.so.6`, join(folder, 'libmpi.so.40'));
    const environment = { OMPI_COMM_WORLD_RANK: '0', OMPI_COMM_WORLD_SIZE: '2', LD_LIBRARY_PATH: folder };
    const { code, errors } = await startJob(1, { out: join(folder, 'run') }, environment).end;
    expect(code).not.toBe(0);
    expect(errors).toMatch(/expected the library of Open MPI, got libmpi.so.40 of another MPI/);
  });
});
