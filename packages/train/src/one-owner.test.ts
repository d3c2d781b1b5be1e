import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Dataset, encodedSamples, imageFolder, writeImageFolder } from '@hm/datasets';
import { expect, onTestFinished, test } from 'vitest';
import type { TrainOptions } from './options.ts';
import { checkpointFolder } from './run-folder/checkpoint-folder.ts';
import { loadRun } from './run-folder/load-run.ts';
import { differing, eventsOf, ofKind, temporaryFolder, tinyFaces, tinyOptions } from './testing/tiny-run.ts';

const CHILD = fileURLToPath(new URL('testing/kill-child.mjs', import.meta.url));

/** A run that was stopped after its third step. */
async function stopped(changes: Partial<TrainOptions> = {}): Promise<string> {
  const out = await temporaryFolder();
  const controller = new AbortController();
  const options = tinyOptions(out, { ...changes, logEvery: 1, signal: controller.signal });
  await eventsOf(options, (event) => {
    if (event.kind === 'step' && event.step === 3) controller.abort();
  });
  return out;
}

test('a second process is told who trains there, and trains once that one is killed', async () => {
  const out = await temporaryFolder();
  const child = fork(CHILD, [out, 'begin', '200'], { execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  while ((await once(child, 'message'))[0].kind !== 'checkpoint');
  const error = await eventsOf(tinyOptions(out, { resume: true })).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: 'unavailable',
    fields: { path: out, pid: child.pid, host: expect.any(String), since: expect.any(String) },
  });
  child.kill('SIGKILL');
  await exited;
  const [code] = await once(fork(CHILD, [out, 'resume', '1'], { execArgv: [], silent: true }), 'exit');
  // Another number of epochs is refused, which is after the lock.
  expect(code).toBe(1);
  expect((await readdir(out)).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('of two fresh starts at once one trains, and the other is told', async () => {
  const out = await temporaryFolder();
  const results = await Promise.allSettled([eventsOf(tinyOptions(out)), eventsOf(tinyOptions(out))]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const lines = (await readFile(join(out, 'metrics.jsonl'), 'utf8')).split('\n');
  expect(lines.filter((line) => line.includes('"kind":"start"'))).toHaveLength(1);
});

/** Faces as files, and a way to open them anew. */
async function faceFiles(): Promise<{ root: string; open: () => Promise<Dataset> }> {
  const root = await temporaryFolder();
  await writeImageFolder(root, encodedSamples(tinyFaces, { workers: 1, format: 'png' }));
  return { root, open: () => imageFolder(root) };
}

type Change = (root: string, first: string, second: string) => Promise<void>;

const changes: [string, Change][] = [
  ['replaced', async (root, first, second) => cp(join(root, second), join(root, first))],
  ['renamed', async (root, first) => rename(join(root, first), join(root, first.replace('.png', 'x.png')))],
  [
    'exchanged',
    async (root, first, second) => {
      await rename(join(root, first), join(root, 'between'));
      await rename(join(root, second), join(root, first));
      await rename(join(root, 'between'), join(root, second));
    },
  ],
  [
    'moved to another person',
    async (root, first, second) => rename(join(root, first), join(root, second.replace('.png', 'x.png'))),
  ],
];

test.each(changes)('an image that was %s is noticed on resume, and may be allowed', async (_, change) => {
  const { root, open } = await faceFiles();
  const data = await open();
  const out = await stopped({ data });
  const names = [(await data.sample(3)).id, (await data.sample(20)).id] as const;
  await change(root, ...names);
  const changed = await open();
  const error = await eventsOf(tinyOptions(out, { data: changed, resume: true })).catch((reason) => reason);
  expect(error).toMatchObject({
    code: 'invalid-data',
    message: expect.stringContaining('--set allowChangedData=true'),
  });
  const allowed = tinyOptions(out, { data: changed, resume: true, allowChangedData: true });
  const events = await eventsOf(allowed);
  expect(ofKind(events, 'changedData')[0]!.images).toBeGreaterThan(0);
  expect(events.at(-1)!.kind).toBe('done');
  // Now these are the run's.
  expect((await eventsOf(tinyOptions(out, { data: changed, resume: true }))).at(-1)!.kind).toBe('done');
});

test('a copy of the images is the same data set', async () => {
  const { root, open } = await faceFiles();
  const out = await stopped({ data: await open() });
  const later = new Date(Date.now() + 3_600_000);
  for (const name of await readdir(root, { recursive: true })) await utimes(join(root, name), later, later);
  const events = await eventsOf(tinyOptions(out, { data: await open(), resume: true }));
  expect(events.at(-1)!.kind).toBe('done');
});

test('other names of identities are noticed, and may be allowed', async () => {
  const out = await stopped();
  const data = { ...tinyFaces, name: (label: number) => `other ${label}` };
  await expect(eventsOf(tinyOptions(out, { data, resume: true }))).rejects.toThrow(/data.names/);
  const options = tinyOptions(out, { data, resume: true, allowChangedData: true });
  expect((await eventsOf(options)).at(-1)!.kind).toBe('done');
});

test('without run.json a run goes on as its checkpoint says', async () => {
  const [out, straight] = [await stopped(), await temporaryFolder()];
  const before = JSON.parse(await readFile(join(out, 'run.json'), 'utf8'));
  await writeFile(join(out, 'run.json'), 'null');
  await expect(eventsOf(tinyOptions(out, { resume: true }))).rejects.toThrow(
    /run.json.*Remove the file and resume/,
  );
  await rm(join(out, 'run.json'));
  await expect(eventsOf(tinyOptions(out, { resume: true, seed: 2 }))).rejects.toThrow(
    /seed: 1 in the run, 2 now/,
  );
  await eventsOf(tinyOptions(out, { resume: true }));
  await eventsOf(tinyOptions(straight));
  expect(differing((await loadRun(out)).state, (await loadRun(straight)).state)).toEqual([]);
  const { environment: _, ...config } = JSON.parse(await readFile(join(out, 'run.json'), 'utf8'));
  expect({ ...config, environment: before.environment }).toEqual(before);
});

test('lines of metrics.jsonl that are none are left out', async () => {
  const out = await stopped();
  const path = join(out, 'metrics.jsonl');
  const text = await readFile(path, 'utf8');
  await writeFile(path, `null\n3\n{"kind":"st\n${text}null\n[]\n{"kind":"step","st`);
  await eventsOf(tinyOptions(out, { resume: true, logEvery: 1 }));
  const lines = (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.filter(({ kind }) => kind === 'step').map(({ step }) => step)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8,
  ]);
});

test('a best checkpoint that is gone is told, and the next validation is the best', async () => {
  const validate = async (_: Uint8Array, step: number) => ({ name: 'accuracy', score: 1 / step });
  const out = await stopped({ validate, validateEvery: 1 });
  await rm(join(out, 'best.safetensors'));
  const events = await eventsOf(tinyOptions(out, { validate, validateEvery: 1, resume: true }));
  expect(ofKind(events, 'damaged')[0]).toMatchObject({ path: join(out, 'best.safetensors') });
  // That of step 3 was broken off by the signal, and is made up for.
  expect(
    ofKind(events, 'validation')
      .map(({ step, best }) => [step, best])
      .slice(0, 2),
  ).toEqual([
    [3, true],
    [4, false],
  ]);
  expect((await loadRun(out, 'best')).progress.step).toBe(3);
});

// The shell's limit of a file's size ends the second checkpoint, which is larger than all else that is written.
test.skipIf(process.platform === 'win32')(
  'a disk that takes no more leaves the checkpoint before',
  async () => {
    const out = await temporaryFolder();
    const child = fork(CHILD, [out, 'begin', '200'], { execArgv: [] });
    const exited = once(child, 'exit');
    while ((await once(child, 'message'))[0].kind !== 'checkpoint');
    child.kill('SIGKILL');
    await exited;
    const { step } = (await loadRun(out)).progress;
    const limited = ['-c', 'ulimit -f 1024; exec "$0" "$@"', process.execPath, CHILD, out, 'resume', '200'];
    const { status, stderr } = spawnSync('sh', limited, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/UnavailableError.*\(EFBIG\)/)]);
    expect((await loadRun(out)).progress.step).toBe(step);
    expect((await readdir(checkpointFolder(out))).every((name) => name.startsWith('step-'))).toBe(true);
  },
);

test('a folder that cannot hold a run', async () => {
  const out = join(await temporaryFolder(), 'file');
  await writeFile(out, '');
  await expect(eventsOf(tinyOptions(join(out, 'run')))).rejects.toMatchObject({ code: 'unavailable' });
  const missing = join(await temporaryFolder(), 'missing');
  await expect(eventsOf(tinyOptions(missing, { resume: true }))).rejects.toThrow(/a run to resume/);
  await expect(readdir(missing)).rejects.toThrow(/ENOENT/);
  await mkdir(missing);
});
