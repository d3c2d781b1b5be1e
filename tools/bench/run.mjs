// `pnpm bench NAME [--json] [--python PATH] [--rounds N] [--data FOLDER] [--size N] [--steps N] [--only LABEL]`: runs
// our program and a peer's in alternating rounds, in one process tree.
import { execFile, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { inspect, parseArgs, promisify } from 'node:util';
import { Contestant } from './contestant.mjs';
import { writeFaces } from './write-faces.mjs';

// Separate programs: several communicating processes, a browser beside Node, and programs without a peer.
const others = ['mpi', 'page', 'count', 'share', 'backbones'];
if (others.includes(process.argv[2])) {
  await import(`./${process.argv[2]}.mjs`);
  process.exit();
}

const EMBEDDED = ['resnet18', 'iresnet18', 'mobilefacenet'];
const benches = {
  'train-step': {
    unit: 'images/s',
    batch: 64,
    steps: 2,
    about: 'one training step of ResNet-18, 112×112, batch 64, 1000 classes',
    cases: ['eager', 'channels-last', 'bf16', 'bf16-channels-last'].map((mode) => {
      const ours = ['resnet18', 64, 112, 1000];
      return { label: `${ours.join(' ')} / ${mode}`, ours, theirs: [...ours, mode] };
    }),
  },
  'train-step-mobilefacenet': {
    unit: 'images/s',
    batch: 64,
    steps: 2,
    about: 'one training step of MobileFaceNet, 112×112, batch 64, 1000 classes',
    program: 'train-step',
    cases: ['eager', 'channels-last'].map((mode) => {
      const ours = ['mobilefacenet', 64, 112, 1000];
      return { label: `${ours.join(' ')} / ${mode}`, ours, theirs: [...ours, mode] };
    }),
  },
  'train-cost': {
    unit: 'images/s',
    steps: 2,
    about: 'one training step by batch, image size, classes and depth',
    program: 'train-step',
    cases: costCases(),
  },
  train: {
    unit: 'images/s',
    batch: 64,
    steps: 4,
    about: 'training ResNet-18 from files: decoding, mirroring, batch 64, 112×112, one worker',
    peer: 'torchvision',
    folder: true,
    details: 'train-shares.mjs',
  },
  embed: {
    unit: 'images/s',
    batch: 64,
    steps: 6,
    about: 'embedding, 112×112, batch 64',
    cases: EMBEDDED.map((name) => ({ label: name, ours: [name] })),
  },
  data: {
    unit: 'images/s',
    batch: 64,
    steps: 24,
    about: 'reading, decoding, augmenting and batching files, 112×112, batch 64, two workers',
    peer: 'torchvision',
    folder: true,
  },
  losses: {
    unit: 'samples/s',
    batch: 64,
    steps: 2,
    about: 'losses and their gradients by embeddings and class weights, batch 64, 512 numbers each',
    // Without OpenBLAS, Debian's PyTorch uses the reference BLAS for matrix products, which is twenty times slower.
    install: 'apt-get install python3-torch libopenblas0-pthread',
    cases: lossCases(),
  },
  search: {
    unit: 'probes/s',
    batch: 1000,
    steps: 1,
    about: 'exact search of 1,000 probes among --size × 512 (default 1,000,000), the best ten',
    peer: 'faiss',
    peerName: 'faiss flat',
    version: 'import faiss; print(faiss.__version__)',
    install: 'python3 -m pip install faiss-cpu',
    sized: true,
  },
  score: {
    unit: 'pairs/s',
    batch: 6000,
    steps: 4,
    about: "scoring 6,000 pairs of 7,701 × 512 embeddings by LFW's protocol",
    peer: 'numpy',
    peerName: 'NumPy',
    version: 'import numpy; print(numpy.__version__)',
  },
  'embed-stock': {
    unit: 'images/s',
    batch: 64,
    steps: 6,
    about: 'embedding, 112×112, batch 64, against onnxruntime-node itself',
    program: 'embed',
    peerName: 'onnxruntime',
    against: 'embed-direct.mjs',
    cases: EMBEDDED.map((name) => ({ label: name, ours: [name], theirs: ['64', name] })),
  },
  'embed-overhead': {
    unit: 'images/s',
    batch: 64,
    steps: 6,
    about: 'embedding pixels by ResNet-18 against onnxruntime-node with ready tensors',
    peerName: 'onnxruntime',
    against: 'embed-direct.mjs',
  },
  'embed-files': {
    unit: 'images/s',
    batch: 64,
    steps: 6,
    about: 'embedding image files by ResNet-18 against onnxruntime-node with ready tensors',
    peerName: 'onnxruntime',
    against: 'embed-direct.mjs',
    folder: true,
  },
};

/** Returns the cases of `train-cost`. `ours` holds the network, the batch, the side of an image and the classes. */
function costCases() {
  return [
    ...[16, 32, 64, 128].map((batch) => ['resnet18', batch, 112, 1000]),
    ...[64, 160, 224].map((size) => ['resnet18', 16, size, 1000]),
    ...[10_575, 85_742, 100_000].map((classes) => ['resnet18', 64, 112, classes]),
    ...['resnet34', 'iresnet18', 'iresnet50', 'iresnet100'].map((name) => [name, 16, 112, 1000]),
  ].map(([name, batch, size, classes]) => ({
    label: `${name}, batch ${batch}, ${size}×${size}, ${classes} classes`,
    ours: [name, batch, size, classes],
    batch,
  }));
}

/**
 * Returns the cases of `losses`: heads against the peer's; then hard mining, and Partial FC with a tenth of the
 * classes, against our own full head.
 */
function lossCases() {
  const heads = ['ce', 'a-softmax', 'arcface', 'hm-ce', 'hm-a-softmax', 'hm-arcface'];
  const beside = (ours, against) => ({ label: `${ours.join(' ')} / ${against.join(' ')}`, ours, against });
  return [
    ...['10575', '85742'].flatMap((classes) =>
      heads.map((head) => ({ label: `${head} ${classes}`, ours: [head, classes] })),
    ),
    beside(['hm-arcface', '85742'], ['arcface', '85742']),
    beside(['arcface', '85742', '8574'], ['arcface', '85742']),
  ];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    python: { type: 'string', default: '/usr/bin/python3' },
    rounds: { type: 'string', default: '9' },
    data: { type: 'string' },
    size: { type: 'string', default: '1000000' },
    steps: { type: 'string', default: '1000' },
    only: { type: 'string', default: '' },
  },
});
const [name] = positionals;
const bench = benches[name];
if (bench === undefined) {
  console.error(
    `bench: expected one of ${[...Object.keys(benches), ...others].join(', ')}, got ${name ?? 'nothing'}.`,
  );
  process.exit(1);
}

const say = values.json ? console.error : console.log;
const { peer: module = 'torch', peerName = 'PyTorch', install = `apt-get install python3-${module}` } = bench;
const { version = `import ${module}, torch; print(torch.__version__)` } = bench;
const torch = bench.against
  ? { status: 0, stdout: '' }
  : spawnSync(values.python, ['-c', version], { encoding: 'utf8' });
const hasPeer = torch.status === 0;
if (!hasPeer) {
  say(`No ${module} in ${values.python}: reporting ours alone.`);
  say(`Install it with "${install}", or name another interpreter with --python PATH.`);
}

const path = (file) => new URL(file, import.meta.url).pathname;
const faces = bench.folder && values.data === undefined ? await writeFaces(say) : undefined;
const files = bench.folder ? [values.data ?? faces] : bench.sized ? [values.size] : [];
const WARM_UP = 4;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const round2 = (number) => Math.round(number * 100) / 100;
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

/** Runs our program in turns with the peer's, or with itself with other arguments. */
async function compare({
  label,
  ours: args = files,
  theirs = bench.against ? [] : args,
  against,
  batch = bench.batch,
}) {
  const program = bench.program ?? name;
  const rate = (seconds) => (batch * bench.steps) / seconds;
  const start = (these) => new Contestant(process.execPath, [path(`${program}.mjs`), ...these]);
  const ours = start(args);
  const other = () =>
    bench.against
      ? new Contestant(process.execPath, [path(bench.against), ...theirs])
      : new Contestant(values.python, [path(`${program}.py`), ...theirs]);
  // Our program may measure kernels while it starts, so nothing else may run at that time.
  await ours.run(WARM_UP);
  const peer = against ? start(against) : hasPeer ? other() : undefined;
  await peer?.run(WARM_UP);
  const rounds = [];
  for (let round = 0; round < Number(values.rounds); round++)
    rounds.push({ ours: await ours.run(bench.steps), peer: await peer?.run(bench.steps) });
  const memory = { ours: await ours.finish(), peer: await peer?.finish() };
  const result = {
    ...(label && { label }),
    ours: round2(median(rounds.map((r) => rate(r.ours)))),
    peer: peer && round2(median(rounds.map((r) => rate(r.peer)))),
    ratio: peer && round2(median(rounds.map((r) => r.peer / r.ours))),
    unit: bench.unit,
    peakMemoryBytes: memory.ours,
    peerPeakMemoryBytes: memory.peer,
  };
  report(result, against ? 'ours, the other' : `${peerName} ${torch.stdout.trim()}`);
  return result;
}

function report({ label, ours, peer, ratio, unit, peakMemoryBytes, peerPeakMemoryBytes }, peerName) {
  if (label) say(`\n${label}`);
  say(`${'ours'.padEnd(22)}${ours} ${unit}, peak ${megabytes(peakMemoryBytes)}`);
  if (peer === undefined) return;
  say(`${peerName.padEnd(22)}${peer} ${unit}, peak ${megabytes(peerPeakMemoryBytes)}`);
  say(`${'ratio'.padEnd(22)}${ratio} (median over rounds; above 1 is ours)`);
}

/** Returns the results of a program that runs without a peer. */
async function detailsOf(program) {
  const { stdout } = await promisify(execFile)(process.execPath, [path(program), ...files, values.steps]);
  const details = JSON.parse(stdout);
  say(`\n${inspect(details, { breakLength: 120 })}`);
  return details;
}

say(`${bench.about}, ${values.rounds} rounds of ${bench.steps} batches each`);
const results = [];
const cases = (bench.cases ?? [{}]).filter(({ label = '' }) => label.includes(values.only));
for (const wanted of cases) results.push(await compare(wanted));
const details = bench.details && (await detailsOf(bench.details));
if (faces) rmSync(faces, { recursive: true });
// Of several cases, the one with the lowest ratio to the peer is the result.
const [worst] = results
  .filter((_, i) => !cases[i].against)
  .toSorted((a, b) => (a.ratio ?? 0) - (b.ratio ?? 0));
if (values.json)
  console.log(JSON.stringify({ bench: name, ...worst, ...(bench.cases && { cases: results }), ...details }));
