// Ends training, aligning and converting at random moments, with SIGKILL or by a system call that fails, goes on each time,
// and compares what comes out to the bit with a process that was left alone:
//   node tools/kill-study.mjs [KILLS] [FAILURES]
// Failures need strace. It runs the built packages, one thread at a time.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { encodedSamples, syntheticFaces, writeImageFolder } from '@hm/datasets';
import { Rng } from '@hm/tensor/host';

const [kills = 200, failures = 50] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'hm-kill-'));
const rng = Rng.of('kill-study');
const fileOf = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const HM = fileOf('packages/cli/dist/hm.js');
const photographs = join(folder, 'photographs');

/** Names and bytes of all files that are not hidden, but for times of day and what `skip` matches. */
function digest(path, skip = /^$/) {
  if (!existsSync(path)) return undefined;
  if (statSync(path).isFile()) return sha(readFileSync(path));
  const names = readdirSync(path, { recursive: true })
    .filter((name) => !name.split('/').some((part) => part.startsWith('.')) && !skip.test(name))
    .filter((name) => statSync(join(path, name)).isFile());
  return sha(
    names
      .sort()
      .map((name) => `${name} ${sha(readFileSync(join(path, name)))}\n`)
      .join(''),
  );
}

const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');

const newestStep = (out) =>
  existsSync(join(out, 'checkpoints'))
    ? Math.max(
        0,
        ...readdirSync(join(out, 'checkpoints')).map((name) => Number(/^step-(\d+)/.exec(name)?.[1] ?? 0)),
      )
    : 0;

const convert = (name, out) => ({
  name: `converting, ${name}`,
  out,
  words: (target) => [HM, 'data', 'convert', photographs, target, '--to', name],
  again: (target) => (existsSync(target) ? ['--overwrite'] : []),
  result: (target) => digest(target),
  /** What has its name is whole. */
  isLost: (target, whole) => existsSync(target) && digest(target) !== whole,
});

const works = [
  {
    name: 'training',
    out: 'run',
    words: (out) => [
      fileOf('packages/train/src/testing/kill-child.mjs'),
      ...[out, existsSync(join(out, 'run.json')) || newestStep(out) > 0 ? 'resume' : 'begin', '15'],
    ],
    again: () => [],
    result: (out) => digest(join(out, 'checkpoints')),
    told: newestStep,
    /** A checkpoint that was on the disk is there, or a later one. */
    isLost: (out, _, told) => newestStep(out) < told,
  },
  {
    name: 'aligning',
    out: 'aligned',
    words: (out) => [HM, 'align', photographs, out, '--workers', '0', '--no-face', 'centre'],
    again: () => [],
    result: (out) => digest(out),
    /** Each line of the manifest has its image. */
    isLost: (out) =>
      linesOf(join(out, 'alignment.jsonl')).some(({ output }) => output && !existsSync(join(out, output))),
  },
  convert('folder', 'folder'),
  convert('tar', 'tar'),
  convert('recordio', 'data.rec'),
  convert('parquet', 'data.parquet'),
];

function linesOf(path) {
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

/** Runs a program; the milliseconds that it took and its end. */
async function run(words, { milliseconds, program = process.execPath } = {}) {
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-3000);
  });
  const began = performance.now();
  const exited = once(child, 'close');
  if (milliseconds !== undefined) {
    await Promise.race([delay(milliseconds), exited]);
    child.kill('SIGKILL');
  }
  const [code, signal] = await exited;
  return { code, signal, said, milliseconds: performance.now() - began };
}

/** Goes on until the work is done. */
async function finish(work, out) {
  const { code, said } = await run([...work.words(out), ...work.again(out)]);
  if (code !== 0) throw new Error(`${work.name} ended with ${code}: ${said}`);
}

const CALLS = ['fsync', 'rename', 'openat', 'write', 'mkdir', 'unlink', 'close', 'ftruncate', 'statx'];
const ERRORS = ['EIO', 'ENOSPC', 'EACCES'];

/** Lets one system call of the program fail. */
function failing(words) {
  const [call, error] = [rng.pick(CALLS), rng.pick(ERRORS)];
  const when = 1 + rng.integer(['fsync', 'rename', 'mkdir', 'unlink'].includes(call) ? 12 : 1500);
  const options = ['-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e', `trace=${call}`];
  return [...options, '-e', `inject=${call}:error=${error}:when=${when}`, process.execPath, ...words];
}

/** Ends the work again and again in the ways asked for; what came of it. */
async function study(work, kills, failures) {
  const row = {
    work: work.name,
    kills: 0,
    'failed calls': 0,
    'ended early': 0,
    lost: 0,
    'different bits': 0,
  };
  const alone = join(folder, 'alone', work.out);
  mkdirSync(join(folder, 'alone'), { recursive: true });
  const began = performance.now();
  await finish(work, alone);
  const length = performance.now() - began;
  const whole = work.result(alone);
  const out = join(folder, 'ended', work.out);
  mkdirSync(join(folder, 'ended'), { recursive: true });
  while (row.kills < kills || row['failed calls'] < failures) {
    const isKill = row.kills < kills;
    const words = [...work.words(out), ...work.again(out)];
    const end = isKill
      ? await run(words, { milliseconds: rng.uniform(0.1, 1.1) * length })
      : await run(failing(words), { program: 'strace' });
    const early = isKill ? end.signal === 'SIGKILL' : end.code !== 0;
    if (isKill && early) row.kills++;
    if (!isKill) row['failed calls']++;
    if (early) row['ended early']++;
    if (work.isLost(out, whole, row.told ?? 0)) row.lost++;
    // Now and then the work is finished, so that the end is compared; and it is when it ended by itself.
    if (early && rng.uniform() < 0.7) {
      row.told = work.told?.(out);
      continue;
    }
    await finish(work, out);
    if (work.result(out) !== whole) row['different bits']++;
    rmSync(join(folder, 'ended'), { recursive: true });
    mkdirSync(join(folder, 'ended'), { recursive: true });
    row.told = 0;
  }
  await finish(work, out);
  if (work.result(out) !== whole) row['different bits']++;
  delete row.told;
  console.log(JSON.stringify(row));
  return row;
}

try {
  const strace = spawnSync('strace', ['-V']).status === 0;
  if (!strace) console.log('Without strace no system call can be made to fail.');
  const faces = syntheticFaces({ identities: 3, imagesPerIdentity: 4, hardness: 0, seed: 3, size: 128 });
  await writeImageFolder(photographs, encodedSamples(faces, { workers: 1 }));
  const shares = [0.4, 0.3, 0.075, 0.075, 0.075, 0.075];
  const rows = [];
  for (const [index, work] of works.entries()) {
    const part = (count) => Math.round(count * shares[index]);
    rows.push(await study(work, part(kills), strace ? part(failures) : 0));
  }
  console.table(rows);
  if (rows.some((row) => row.lost > 0 || row['different bits'] > 0)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
