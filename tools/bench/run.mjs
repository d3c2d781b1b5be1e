// `pnpm bench NAME [--json] [--python PATH] [--rounds N] [--data FOLDER]`: our program and a peer's take turns in one process tree.
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
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    python: { type: 'string', default: '/usr/bin/python3' },
    rounds: { type: 'string', default: '9' },
    data: { type: 'string' },
  },
});
const [name] = positionals;
const bench = benches[name];
if (bench === undefined) {
  console.error(`bench: expected one of ${Object.keys(benches).join(', ')}, got ${name ?? 'nothing'}.`);
  process.exit(1);
}

const say = values.json ? console.error : console.log;
const { peer: module = 'torch' } = bench;
const torch = spawnSync(values.python, ['-c', `import ${module}, torch; print(torch.__version__)`], {
  encoding: 'utf8',
});
const hasPeer = torch.status === 0;
if (!hasPeer) {
  say(`No ${module} in ${values.python}: reporting ours alone.`);
  say(`Install it with "apt-get install python3-${module}", or name another interpreter with --python PATH.`);
}

const path = (file) => new URL(file, import.meta.url).pathname;
const faces = bench.folder && values.data === undefined ? await writeFaces(say) : undefined;
const files = bench.folder ? [values.data ?? faces] : [];
const ours = new Contestant(process.execPath, [path(`${name}.mjs`), ...files]);
const peer = hasPeer ? new Contestant(values.python, [path(`${name}.py`), ...files]) : undefined;

const WARM_UP = 4;
await ours.run(WARM_UP);
await peer?.run(WARM_UP);
const rounds = [];
for (let round = 0; round < Number(values.rounds); round++) {
  rounds.push({ ours: await ours.run(bench.steps), peer: await peer?.run(bench.steps) });
}
const memory = { ours: await ours.finish(), peer: await peer?.finish() };
if (faces) rmSync(faces, { recursive: true });

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const rate = (seconds) => (bench.batch * bench.steps) / seconds;
const round2 = (number) => Math.round(number * 100) / 100;
const result = {
  bench: name,
  ours: round2(median(rounds.map((r) => rate(r.ours)))),
  peer: peer && round2(median(rounds.map((r) => rate(r.peer)))),
  ratio: peer && round2(median(rounds.map((r) => r.peer / r.ours))),
  unit: bench.unit,
  peakMemoryBytes: memory.ours,
  peerPeakMemoryBytes: memory.peer,
};

const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
say(`${bench.about}, ${rounds.length} rounds of ${bench.steps} batches each`);
say(`ours                  ${result.ours} ${bench.unit}, peak ${megabytes(memory.ours)}`);
if (peer) {
  say(
    `PyTorch ${torch.stdout.trim().padEnd(14)}${result.peer} ${bench.unit}, peak ${megabytes(memory.peer)}`,
  );
  say(`ratio                 ${result.ratio} (median over rounds; above 1 is ours)`);
}
if (values.json) console.log(JSON.stringify(result));
