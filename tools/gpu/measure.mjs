// `node tools/gpu/measure.mjs [--out FOLDER] [--batches 64,256] [--size 112] [--rounds 5] [--calls 1,8] [--providers webgpu,cuda] [--only conformance|benches] [--tests NAME]`:
// runs the conformance suite of each provider, measures steps and embeddings beside PyTorch on the same GPU, and writes
// gpu.json and gpu.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeProviders } from '@hm/onnx/session';
import { Contestant } from '../bench/contestant.mjs';
import { table } from './table.mjs';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'gpu-result' },
    batches: { type: 'string', default: '64,128,256,512,1024' },
    size: { type: 'string', default: '112' },
    rounds: { type: 'string', default: '5' },
    calls: { type: 'string', default: '1,8' },
    providers: { type: 'string', default: 'webgpu,cuda' },
    only: { type: 'string' },
    tests: { type: 'string' },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const numbers = (text) => text.split(',').map(Number);
const rounds = Number(values.rounds);
const wanted = values.providers.split(',');
const reports = (await describeProviders()).filter(({ provider }) => wanted.includes(provider));
const torch = firstLine(
  'python3',
  '-c',
  'import torch; print(torch.__version__ + ("" if torch.cuda.is_available() else ", without CUDA"))',
);

const result = { machine: machine(), providers: reports, conformance: [], benches: [] };
if (values.only !== 'benches')
  for (const { provider } of reports) result.conformance.push(conformance(provider));
if (values.only !== 'conformance') {
  for (const what of ['step', 'embed']) {
    for (const batch of numbers(values.batches)) result.benches.push(await bench(what, batch));
  }
}
mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, 'gpu.json'), `${JSON.stringify(result, null, 2)}\n`);
writeFileSync(join(values.out, 'gpu.md'), table(result));
console.log(table(result));
if (result.conformance.some(({ failed }) => failed > 0)) process.exitCode = 1;

function machine() {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'];
  return {
    gpu: firstLine('nvidia-smi', ...query),
    processor: cpus()[0].model,
    cores: cpus().length,
    node: process.version,
    torch,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** Returns the first line that a program prints, or null if it is missing or fails. */
function firstLine(command, ...options) {
  const { status, stdout } = spawnSync(command, options, { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n')[0] : null;
}

/** Runs the conformance suite of @hm/train on a provider. */
function conformance(provider) {
  const report = join(values.out, `conformance-${provider}.json`);
  mkdirSync(values.out, { recursive: true });
  const options = ['run', '--root', root, `packages/train/src/engine/conformance/onnx-${provider}.test.ts`];
  const limits = ['--testTimeout=600000', '--hookTimeout=600000', '--reporter=default', '--reporter=json'];
  const chosen = values.tests === undefined ? [] : ['-t', values.tests];
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const output = `--outputFile.json=${report}`;
  rmSync(report, { force: true });
  const ended = spawnSync(process.execPath, [vitest, ...options, ...limits, ...chosen, output], {
    stdio: 'inherit',
  });
  if (!existsSync(report)) {
    // A driver that fails crashes the process.
    const reason = `ended with ${ended.signal ?? `status ${ended.status}`} before it told anything`;
    return { provider, passed: 0, failed: 1, skipped: 0, failures: [{ name: 'the suite', reason }] };
  }
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const failures = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => ({ name: fullName, reason: failureMessages[0]?.split('\n')[0] }));
  return { provider, passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests, failures };
}

/** Runs every program on the same work, one after the other, since a GPU may not have memory for all at once. */
async function bench(what, batch) {
  const size = what === 'step' ? Number(values.size) : 112;
  const rows = [];
  for (const [name, images, command, ...options] of programs(what, batch, size)) {
    const row = await measured(images, command, options);
    rows.push({ name, ...row });
    console.error(`${what}, batch ${batch}: ${name}: ${row.imagesPerSecond?.toFixed(1) ?? row.reason}`);
  }
  return { what, batch, size, rows };
}

/**
 * Yields the name of each program, its images per turn, and its command: ours in single precision and with
 * TensorFloat-32, then the peer.
 */
function* programs(what, batch, size) {
  const script = join(here, `${what}.mjs`);
  const calls = what === 'step' ? numbers(values.calls) : [1];
  for (const { provider, usable } of reports) {
    if (!usable) continue;
    // With WebGPU, steps do not copy the state, so several in a call gain nothing.
    for (const call of provider === 'webgpu' ? [1] : calls) {
      const several = call > 1 ? `, ${call} steps in a call` : '';
      const own = [process.execPath, script, provider, batch, ...(what === 'step' ? [size, call] : [])];
      yield [`${provider}${several}`, batch * call, 'env', 'NVIDIA_TF32_OVERRIDE=0', ...own.map(String)];
      if (provider === 'cuda') yield [`cuda TF32${several}`, batch * call, ...own.map(String)];
    }
  }
  if (torch === null) return;
  for (const precision of ['fp32', 'tf32', 'bf16'])
    yield [
      `PyTorch ${precision}`,
      batch,
      'python3',
      join(here, 'peer.py'),
      what,
      precision,
      `${batch}`,
      `${size}`,
    ];
}

/** Returns the median over rounds of about a second each, after two warm-up turns, or the reason if it does not run. */
async function measured(images, command, options) {
  const contestant = new Contestant(command, options);
  try {
    await contestant.run(1);
    const turns = Math.max(1, Math.round(1 / (await contestant.run(1))));
    const rates = [];
    for (let round = 0; round < rounds; round++) rates.push((images * turns) / (await contestant.run(turns)));
    rates.sort((a, b) => a - b);
    return { imagesPerSecond: rates[rounds >> 1], peakMemoryBytes: await contestant.finish() };
  } catch (error) {
    return { reason: error.message };
  }
}
