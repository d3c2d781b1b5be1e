// `mpi-training.mjs BATCH STEPS local|synchronized`: trains ResNet-18 at 112×112, alone or as one of several ranks.
// Rank 0 prints the median seconds of a step.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { preload, syntheticFaces } from '@hm/datasets';
import { softmax } from '@hm/losses';
import { resnet18 } from '@hm/resnet';
import { paper, train } from '@hm/train';

const [batchSize, steps] = process.argv.slice(2).map(Number);
const batchNorm = process.argv[4];
/** Number of steps to skip. The first steps are slower, since they allocate memory. */
const WARM_UP = 3;
const FACES = 64;

const faces = await preload(
  syntheticFaces({ identities: 8, imagesPerIdentity: FACES / 8, hardness: 0.2, seed: 1 }),
);
// One epoch with all steps, from faces that repeat.
const data = {
  length: batchSize * (WARM_UP + steps),
  classes: 1000,
  name: String,
  sample: (i) => faces.sample(i % FACES),
};
const out = mkdtempSync(join(tmpdir(), 'hm-bench-mpi-'));
const run = train({
  data,
  backbone: resnet18(),
  head: softmax(),
  recipe: { ...paper, epochs: 1, batchSize, batchNorm },
  out,
  engine: { kind: 'onnx', threads: 1 },
  workers: 1,
  logEvery: 1,
});
const seconds = [];
for await (const event of run)
  if (event.kind === 'step' && event.step > WARM_UP) seconds.push(batchSize / event.imagesPerSecond);
rmSync(out, { recursive: true, force: true });
if (seconds.length > 0)
  process.stdout.write(`${seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)]}\n`);
