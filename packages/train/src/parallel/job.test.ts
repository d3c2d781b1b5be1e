import { mkdtemp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadRun } from '../load-run.ts';
import { hasMpi, runJob, startJob } from '../testing/mpi.ts';
import { ofKind, temporaryFolder } from '../testing/tiny-run.ts';

const TIMEOUT = 60_000;
const recipe = { batchNorm: 'synchronised' };

describe.skipIf(!hasMpi)('a job of several ranks', () => {
  test(
    'ends when one is killed, and goes on with another number of them',
    async () => {
      const out = await temporaryFolder();
      const long = { ...recipe, epochs: 400 };
      const job = startJob(3, { out, pid: true, checkpointEvery: 1, recipe: long });
      const victim = await job.event(({ kind, rank }) => kind === 'pid' && rank === 1);
      await job.event(({ kind, step }) => kind === 'checkpoint' && step! > 5);
      process.kill(victim.pid!, 'SIGKILL');
      const { code, errors } = await job.end;
      expect(code).not.toBe(0);
      expect(errors).toMatch(/rank 1.*signal 9|signal 9.*\(Killed\)/s);
      const { step } = (await loadRun(out)).progress;
      expect(step).toBeGreaterThan(5);
      for (const [index, count] of [1, 2].entries()) {
        const options = { out, resume: true, recipe: long, stopAt: { 0: 0 } };
        const { code, events } = await runJob(count, options);
        expect(code).toBe(0);
        expect(events[0]!.kind).toBe('start');
        const [start, stopped] = [events[0]!.step as number, ofKind(events, 'stopped')[0]!];
        if (index === 0) expect(start).toBe(step);
        expect((await loadRun(out)).progress.step).toBe(stopped.step);
      }
    },
    TIMEOUT,
  );

  test(
    'is stopped by any rank, at the same step, with a checkpoint',
    async () => {
      const out = await temporaryFolder();
      const { code, events, errors } = await runJob(2, { out, stopAt: { 1: 0 }, recipe: { epochs: 400 } });
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      const [stopped] = ofKind(events, 'stopped');
      expect(stopped!.step).toBeLessThan(1600);
      expect((await loadRun(out)).progress.step).toBe(stopped!.step);
    },
    TIMEOUT,
  );

  test(
    'stops when mpirun forwards a signal to all',
    async () => {
      const out = await temporaryFolder();
      const job = startJob(2, { out, recipe: { epochs: 4000 } });
      await job.event(({ kind }) => kind === 'step');
      job.process.kill('SIGUSR2');
      const { code, events } = await job.end;
      expect(code).toBe(0);
      expect(ofKind(events, 'stopped')).toHaveLength(1);
    },
    TIMEOUT,
  );

  test(
    'tells of images that another rank passed over',
    async () => {
      const out = await temporaryFolder();
      const { code, events } = await runJob(2, {
        out,
        onBadSample: 'skip',
        failAt: { 1: 3 },
        recipe: { epochs: 1 },
      });
      expect(code).toBe(0);
      expect(ofKind(events, 'badSample')).toMatchObject([{ id: expect.stringMatching(/^torn/) }]);
    },
    TIMEOUT,
  );
});

describe.skipIf(!hasMpi)('what ends a job, with the rank and the reason', () => {
  const failing = async (options: Record<string, unknown>, count = 2) => {
    const out = await temporaryFolder();
    const { code, errors } = await runJob(count, { out, ...options });
    expect(code).not.toBe(0);
    return errors;
  };

  test(
    'an image that cannot be used',
    async () => {
      const errors = await failing({ failAt: { 1: 20 }, recipe: { epochs: 50 } });
      expect(errors).toMatch(/^rank 1 of 2: torn \d+: expected an image, got a torn one/m);
      expect(errors).not.toMatch(/^rank 0/m);
    },
    TIMEOUT,
  );

  test(
    'a loss that is not finite, once',
    async () => {
      const errors = await failing({ recipe: { learningRate: 1e30, schedule: { kind: 'constant' } } });
      expect(errors.match(/^rank \d of 2: train, step \d+: expected finite numbers/gm)).toHaveLength(1);
    },
    TIMEOUT,
  );

  test(
    'a batch that cannot be shared evenly',
    async () => {
      expect(await failing({}, 5)).toMatch(
        /^rank 0 of 5: train option "recipe.batchSize": expected a multiple of 5/m,
      );
    },
    TIMEOUT,
  );

  test(
    'Partial FC, whose classes depend on the whole batch',
    async () => {
      expect(await failing({ recipe: { partialFc: { sampleRate: 1 } } })).toMatch(
        /^rank 0 of 2: train option "recipe.partialFc"/m,
      );
    },
    TIMEOUT,
  );

  test(
    'other data on one rank, said by that one with what differs',
    async () => {
      const errors = await failing({ identitiesOf: { 1: 7 } });
      expect(errors).toMatch(
        /^rank 1 of 2: .*data.images: 48 on rank 0, 56 on rank 1; data.classes: 6 on rank 0, 7/m,
      );
      expect(errors).not.toMatch(/^rank 0/m);
    },
    TIMEOUT,
  );

  test(
    'a library under the name of Open MPI that is not it',
    async () => {
      const folder = await mkdtemp(join(await temporaryFolder(), 'lib-'));
      // Any library will do that has none of the names.
      await symlink(
        `/lib/${process.arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu/libm.so.6`,
        join(folder, 'libmpi.so.40'),
      );
      const out = join(folder, 'run');
      const environment = { OMPI_COMM_WORLD_RANK: '0', OMPI_COMM_WORLD_SIZE: '2', LD_LIBRARY_PATH: folder };
      const { code, errors } = await startJob(1, { out }, environment).end;
      expect(code).not.toBe(0);
      expect(errors).toMatch(/expected the library of Open MPI, got libmpi.so.40 of another MPI/);
    },
    TIMEOUT,
  );
});
