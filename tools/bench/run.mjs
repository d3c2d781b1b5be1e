// `pnpm bench NAME [--json] [--python PATH] [--rounds N] [--data FOLDER] [--size N]`: our program and a peer's take turns in one process tree.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Contestant } from './contestant.mjs';
import { writeFaces } from './write-faces.mjs';

const benches = {
  'train-step': {
    unit: 'images/s',
    batch: 64,
    steps: 2,
    about: 'one training step of ResNet-18, 112×112, batch 64, 1000 classes',
  },
  embed: { unit: 'images/s', batch: 64, steps: 6, about: 'embedding by ResNet-18, 112×112, batch 64' },
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
    // Without OpenBLAS, Debian's PyTorch multiplies matrices with the reference BLAS, twenty times slower.
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
  'embed-overhead': {
    unit: 'images/s',
    batch: 64,
    steps: 6,
    about: 'embedding pixels by ResNet-18 against onnxruntime-node with ready tensors',
    peerName: 'onnxruntime',
    program: 'embed-direct.mjs',
  },
  'embed-files': {
    unit: 'images/s',
    batch: 64,
    steps: 6,
    about: 'embedding image files by ResNet-18 against onnxruntime-node with ready tensors',
    peerName: 'onnxruntime',
    program: 'embed-direct.mjs',
    folder: true,
  },
};

/** Heads beside the peer's; then, beside our own whole head, hard mining's cost and Partial FC with a tenth of the classes. */
function lossCases() {
  const heads = ['ce', 'asoftmax', 'arcface', 'hm-ce', 'hm-asoftmax', 'hm-arcface'];
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
  },
});
const [name] = positionals;
const bench = benches[name];
if (bench === undefined) {
  console.error(`bench: expected one of ${Object.keys(benches).join(', ')}, got ${name ?? 'nothing'}.`);
  process.exit(1);
}

const say = values.json ? console.error : console.log;
const { peer: module = 'torch', peerName = 'PyTorch', install = `apt-get install python3-${module}` } = bench;
const { version = `import ${module}, torch; print(torch.__version__)` } = bench;
const torch = bench.program
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
const rate = (seconds) => (bench.batch * bench.steps) / seconds;
const round2 = (number) => Math.round(number * 100) / 100;
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

/** Lets ours and the peer, or ours with other arguments, take turns. */
async function compare({ label, ours: args = files, against }) {
  const start = (these) => new Contestant(process.execPath, [path(`${name}.mjs`), ...these]);
  const ours = start(args);
  const other = () =>
    bench.program
      ? new Contestant(process.execPath, [path(bench.program)])
      : new Contestant(values.python, [path(`${name}.py`), ...args]);
  const peer = against ? start(against) : hasPeer ? other() : undefined;
  await ours.run(WARM_UP);
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

say(`${bench.about}, ${values.rounds} rounds of ${bench.steps} batches each`);
const results = [];
for (const wanted of bench.cases ?? [{}]) results.push(await compare(wanted));
if (faces) rmSync(faces, { recursive: true });
// Of several cases, the one that is worst beside the peer stands for all.
const [worst] = results
  .filter((_, i) => !bench.cases?.[i].against)
  .toSorted((a, b) => (a.ratio ?? 0) - (b.ratio ?? 0));
if (values.json)
  console.log(JSON.stringify({ bench: name, ...worst, ...(bench.cases && { cases: results }) }));
