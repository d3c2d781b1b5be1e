// Ends training, aligning, converting and enrolling at random moments, with SIGKILL or a failing system call, resumes
// each time, and compares the result bit by bit with that of a process that ran undisturbed:
//   node tools/kill-study.mjs [KILLS] [FAILURES]
// Failures need strace. It runs the built packages, one thread at a time. 200 kills and 50 failures take about an hour.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { encodedSamples, syntheticFaces, writeImageFolder } from '@hm/datasets';
import { decodeSafetensors, Rng } from '@hm/tensor/host';

const [kills = 200, failures = 50] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'hm-kill-'));
const rng = Rng.of('kill-study');
const fileOf = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const HM = fileOf('packages/cli/dist/hm.js');
const photographs = join(folder, 'photographs');

/**
 * `words`: the command, for starting as well as for resuming. `result`: the value to compare at the end. `told`: the
 * results that a user may rely on after the process has ended, from its files or its output. `isLost`: returns true if
 * any of these are missing.
 */
const works = [
  {
    ...{ name: 'training', share: 0.35, out: 'run' },
    words: (out) => [
      fileOf('packages/train/src/testing/kill-child.mjs'),
      ...[out, newestStep(out) > 0 || existsSync(join(out, 'run.json')) ? 'resume' : 'begin', '8'],
    ],
    result: (out) => digest(join(out, 'checkpoints')),
    told: newestStep,
    isLost: (out, told = 0) => newestStep(out) < told,
  },
  {
    ...{ name: 'aligning', share: 0.2, out: 'aligned' },
    words: (out) => [HM, 'align', photographs, out, '--workers', '0', '--no-face', 'center'],
    result: digest,
    told: linesOf,
    /** Checks that each line of the manifest is still there and has its image. */
    isLost: (out, told = []) => {
      const now = linesOf(out);
      const paths = new Set(now.map(({ path }) => path));
      const isGone = ({ output }) => output && !existsSync(join(out, output));
      return now.some(isGone) || told.some(({ path }) => !paths.has(path));
    },
  },
  {
    ...{ name: 'enrolling', share: 0.2, out: 'people.gallery' },
    words: (out) => [fileOf('tools/kill-study-enroll.mjs'), out],
    result: (out) => {
      const { tensors, metadata } = decodeSafetensors(readFileSync(out));
      const people = JSON.parse(metadata.people).map(({ enrolled: _, updated: __, ...rest }) => rest);
      return sha(`${JSON.stringify(people)} ${sha(tensors.templates.data)}`);
    },
    told: (_, said, before = []) => [...before, ...said.split('\n').slice(0, -1)],
    isLost: (out, told = []) => {
      const text = existsSync(out) ? decodeSafetensors(readFileSync(out)).metadata.people : '[]';
      const names = JSON.parse(text).map(({ name }) => name);
      return told.some((name) => !names.includes(name));
    },
  },
  ...[
    ['folder', 'folder'],
    ['tar', 'tar'],
    ['recordio', 'data.rec'],
    ['parquet', 'data.parquet'],
  ].map(([name, out]) => ({
    ...{ name: `converting, ${name}`, share: 0.0625, out },
    words: (target) => [
      ...[HM, 'data', 'convert', photographs, target, '--to', name, '--workers', '1'],
      ...(existsSync(target) ? ['--overwrite'] : []),
    ],
    result: digest,
    told: () => undefined,
    /** Checks that output under the final name is complete. */
    isLost: (target, _, whole) => existsSync(target) && digest(target) !== whole,
  })),
];

const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Hashes the names and bytes of all files that are not hidden. */
function digest(path) {
  if (!existsSync(path)) return undefined;
  if (statSync(path).isFile()) return sha(readFileSync(path));
  const names = readdirSync(path, { recursive: true })
    .filter((name) => !name.split('/').some((part) => part.startsWith('.')))
    .filter((name) => statSync(join(path, name)).isFile());
  return sha(
    names
      .sort()
      .map((name) => `${name} ${sha(readFileSync(join(path, name)))}\n`)
      .join(''),
  );
}

function newestStep(out) {
  const checkpoints = join(out, 'checkpoints');
  if (!existsSync(checkpoints)) return 0;
  return Math.max(0, ...readdirSync(checkpoints).map((name) => Number(/^step-(\d+)/.exec(name)?.[1] ?? 0)));
}

/** Returns the complete lines of an alignment's manifest. */
function linesOf(out) {
  const path = join(out, 'alignment.jsonl');
  if (!existsSync(path)) return [];
  const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return whole.flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

/** Runs a program and kills it after some milliseconds. Returns how it ended and its output. */
async function run(words, { milliseconds = Number.POSITIVE_INFINITY, program = process.execPath } = {}) {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => {
      printed[name] += text;
    });
  const began = performance.now();
  const exited = once(child, 'close');
  const isLate = (await Promise.race([exited, lateness(milliseconds)])) === 'late';
  if (isLate) child.kill('SIGKILL');
  const [code] = await exited;
  return { ...printed, code, isLate, milliseconds: performance.now() - began };
}

/** Waits in small steps, since the machine or this process may be suspended in between. */
async function lateness(milliseconds) {
  for (let left = milliseconds; left > 0; left -= 500)
    await delay(Math.min(left, 500), undefined, { ref: false });
  return 'late';
}

/** Time until a hanging process is killed and counted. A failed call in Node's event loop can make it hang forever. */
const PATIENCE = 300_000;

/** Resumes the work and runs it to its end. */
async function finish(work, out) {
  const { code, stderr, milliseconds } = await run(work.words(out));
  if (code !== 0) throw new Error(`${work.name} ended with ${code}: ${stderr.slice(-3000)}`);
  return milliseconds;
}

const CALLS = ['fsync', 'rename', 'openat', 'write', 'mkdir', 'unlink', 'close', 'ftruncate', 'statx'];
const ERRORS = ['EIO', 'ENOSPC', 'EACCES'];

/** Returns strace's arguments that make one system call of the program fail. */
function failing(words) {
  const [call, error] = [rng.pick(CALLS), rng.pick(ERRORS)];
  const when = 1 + rng.integer(['fsync', 'rename', 'mkdir', 'unlink'].includes(call) ? 12 : 1500);
  const options = ['-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e', `trace=${call}`];
  return [...options, '-e', `inject=${call}:error=${error}:when=${when}`, process.execPath, ...words];
}

/** Ends the work repeatedly, by kills and failing calls, and returns the counts. */
async function study(work, kills, failures) {
  const counts = { kills: 0, 'failed calls': 0, 'ended early': 0, hung: 0, lost: 0, 'different bits': 0 };
  const [alone, out] = ['alone', 'ended'].map((name) => join(folder, name, work.out));
  const begin = (path) => {
    rmSync(join(path, '..'), { recursive: true, force: true });
    mkdirSync(join(path, '..'));
  };
  begin(alone);
  const length = await finish(work, alone);
  const whole = work.result(alone);
  const compare = async () => {
    await finish(work, out);
    if (work.result(out) !== whole) counts['different bits']++;
  };
  let told;
  begin(out);
  while (counts.kills < kills || counts['failed calls'] < failures) {
    const isKill = counts.kills < kills;
    const end = isKill
      ? await run(work.words(out), { milliseconds: rng.uniform(0.1, 1.1) * length })
      : await run(failing(work.words(out)), { program: 'strace', milliseconds: PATIENCE });
    const early = end.code !== 0;
    if (!isKill) counts['failed calls']++;
    else if (early) counts.kills++;
    if (early) counts['ended early']++;
    if (!isKill && end.isLate) counts.hung++;
    if ((counts.kills + counts['failed calls']) % 10 === 0)
      console.error(`${work.name}: ${JSON.stringify(counts)}`);
    const before = told;
    told = work.told(out, end.stdout, before);
    if ([before, told].some((known) => work.isLost(out, known, whole))) counts.lost++;
    // In most cases the work resumes and is ended again.
    if (early && rng.uniform() < 0.8) continue;
    await compare();
    begin(out);
    told = undefined;
  }
  await compare();
  const row = { work: work.name, ...counts };
  console.log(JSON.stringify(row));
  return row;
}

try {
  const strace = spawnSync('strace', ['-V']).status === 0;
  if (!strace) console.log('Without strace no system call can be made to fail.');
  const faces = syntheticFaces({ identities: 3, imagesPerIdentity: 3, hardness: 0, seed: 3, size: 128 });
  await writeImageFolder(photographs, encodedSamples(faces, { workers: 1 }));
  const rows = [];
  for (const work of works) {
    const part = (count) => Math.ceil(count * work.share);
    rows.push(await study(work, part(kills), strace ? part(failures) : 0));
  }
  console.table(rows);
  if (rows.some((row) => row.lost > 0 || row['different bits'] > 0)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
