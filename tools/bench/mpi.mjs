// `pnpm bench mpi [--json] [--rounds N] [--steps N] [--batch N]`: measures the cost of sharing a training step. It
// compares two ranks on a core each with one rank on one core, measures sums over ranks by size, and calculates the
// cost for more ranks from these. Needs Open MPI and two cores.
import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '8' },
    batch: { type: 'string', default: '32' },
  },
});
const [rounds, batch] = [Number(values.rounds), Number(values.batch)];
const say = values.json ? console.error : console.log;
const path = (file) => new URL(file, import.meta.url).pathname;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const digits = (value, count = 3) => Number(value.toPrecision(count));

/** Runs a program and returns the numbers that it prints, one per line. */
async function numbersOf(command, ...args) {
  const { stdout } = await promisify(execFile)(command, args, {
    env: { ...process.env, OMPI_MCA_btl_vader_single_copy_mechanism: single },
  });
  return stdout.trim().split('\n').map(Number);
}

/**
 * Some containers forbid processes to read each other's memory. Messages are then copied through shared memory twice.
 */
const single = process.env.OMPI_MCA_btl_vader_single_copy_mechanism ?? 'none';
const mpirun = (btl, ...program) =>
  numbersOf(
    'mpirun',
    '--allow-run-as-root',
    '--bind-to',
    'core',
    '--mca',
    'btl',
    btl,
    '-np',
    '2',
    process.execPath,
    ...program,
  );
const alone = (core, batchNorm) =>
  numbersOf(
    'taskset',
    '-c',
    core,
    process.execPath,
    path('mpi-training.mjs'),
    batch,
    values.steps,
    batchNorm,
  );
const shared = (batchNorm) =>
  mpirun('self,vader', path('mpi-training.mjs'), 2 * batch, values.steps, batchNorm);

/**
 * Measures weak scaling, with the same number of images for each rank. Two processes that do not communicate show the
 * slowdown from the hardware itself.
 */
async function efficiencies() {
  const seconds = { one: [], apart: [], local: [], synchronized: [] };
  for (let round = 0; round < rounds; round++) {
    seconds.one.push((await alone(0, 'local'))[0]);
    seconds.local.push((await shared('local'))[0]);
    seconds.synchronized.push((await shared('synchronized'))[0]);
    const both = await Promise.all([alone(0, 'local'), alone(1, 'local')]);
    seconds.apart.push(Math.max(...both.flat()));
  }
  const ratio = (name) => median(seconds.one.map((one, round) => one / seconds[name][round]));
  return {
    secondsAlone: digits(median(seconds.one)),
    local: digits(ratio('local')),
    synchronized: digits(ratio('synchronized')),
    notSpeaking: digits(ratio('apart')),
  };
}

const SIZES = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

/** Measures messages. One of n bytes takes α + β·n, with α from the smallest size and β from the largest. */
async function messages(btl) {
  const seconds = await mpirun(btl, path('mpi-messages.mjs'), ...SIZES);
  const alpha = seconds[0];
  return { seconds, alpha, beta: (seconds.at(-1) - alpha) / SIZES.at(-1) };
}

/** Bytes per rank in each piece of a sum. */
const PIECE_BYTES = 4 * 2 ** 17;

/**
 * Calculates the time of a sum of n bytes over N ranks from that over two ranks, `α + β·n`. Large sums use a ring, in P
 * pieces: `2(N − 1)·(P·α/2 + β·n/N)`. Small sums are exchanged in pairs, doubling the distance each time:
 * `log₂N·(α + β·n)`. MPI chooses the faster. The model assumes that all ranks are ready at once and share no link.
 */
function costOfSum(ranks, { alpha, beta }, bytes) {
  const pieces = Math.ceil(bytes / (PIECE_BYTES * ranks));
  const ring = 2 * (ranks - 1) * ((pieces * alpha) / 2 + (beta * bytes) / ranks);
  return Math.min(ring, Math.log2(ranks) * (alpha + beta * bytes));
}

/**
 * ResNet-18 has 11.43 million parameters, plus the weights of 1000 classes. It normalises 4800 channels in 17 places,
 * in the forward and the backward pass.
 */
const GRADIENT_BYTES = 4 * (11.43e6 + 512 * 1000);
const PLACES = 17;
const STATISTICS_BYTES = (4 * 2 * 4800) / PLACES;

/** Calculates the seconds of a step's messages. */
const messagesOf = (ranks, cost) => {
  const gradients = costOfSum(ranks, cost, GRADIENT_BYTES);
  return {
    local: gradients,
    synchronized: gradients + 2 * PLACES * costOfSum(ranks, cost, STATISTICS_BYTES),
  };
};

/** Calculates the efficiency for more ranks: their messages, plus the measured time of two ranks without messages. */
function calculated({ secondsAlone, ...measured }, memory, networks) {
  const own = (mode) => secondsAlone / measured[mode] - messagesOf(2, memory)[mode];
  return Object.entries(networks).flatMap(([network, cost]) =>
    [8, 64, 512].map((ranks) => {
      const messages = messagesOf(ranks, cost);
      const efficiency = (mode) => digits(secondsAlone / (own(mode) + messages[mode]));
      return {
        ...{ network, ranks },
        localMilliseconds: digits(1000 * messages.local),
        synchronizedMilliseconds: digits(1000 * messages.synchronized),
        efficiencyLocal: efficiency('local'),
        efficiencySynchronized: efficiency('synchronized'),
      };
    }),
  );
}

say(`ResNet-18, 112×112, ${batch} images for each rank, ${rounds} rounds of ${values.steps} steps`);
const scaling = await efficiencies();
say(scaling);
const memory = await messages('self,vader');
const loopback = await messages('self,tcp');
const table = SIZES.map((bytes, i) => ({
  bytes,
  sharedMemoryMilliseconds: digits(1000 * memory.seconds[i]),
  loopbackTcpMilliseconds: digits(1000 * loopback.seconds[i]),
}));
/** 10 and 100 Gbit/s with 30 and 5 microseconds per message: typical for Ethernet and InfiniBand, not measured here. */
const assumed = {
  '10 Gbit/s, 30 µs': { alpha: 60e-6, beta: 8 / 10e9 },
  '100 Gbit/s, 5 µs': { alpha: 10e-6, beta: 8 / 100e9 },
};
const paper = calculated(scaling, memory, { 'loopback TCP': loopback, ...assumed });
if (!values.json) for (const rows of [table, paper]) console.table(rows);
else console.log(JSON.stringify({ bench: 'mpi', ...scaling, messages: table, calculated: paper }));
