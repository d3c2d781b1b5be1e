// `train-shares.mjs FOLDER STEPS`: prints, as one JSON object, the shares of a step's time, and the memory over STEPS
// steps of 16 images.
import '@tensorflow/tfjs-backend-cpu';
import { rmSync } from 'node:fs';
import { imageFolder } from '@hm/datasets';
import { softmax } from '@hm/losses';
import { compile } from '@hm/onnx';
import { resnet18 } from '@hm/resnet';
import { flattenParams, fromTensors, hostTensor, hostZeros, Rng, unflattenParams } from '@hm/tensor';
import { optimizerOf, paper } from '@hm/train';
import { startTraining } from './start-training.mjs';

const [folder, steps] = process.argv.slice(2);
const data = await imageFolder(folder);
const WARM_UP = 10;

/** Yields the events of `count` steps. */
async function* stepEvents(batchSize, count) {
  const { events, out } = startTraining(data, { batchSize });
  for (let left = count; left > 0; ) {
    const { value } = await events.next();
    if (value.kind !== 'step') continue;
    left -= 1;
    yield value;
  }
  await events.return();
  rmSync(out, { recursive: true });
}

async function secondsOfStep() {
  const sums = { seconds: 0, wait: 0, steps: 0 };
  for await (const { step, imagesPerSecond, waitShare } of stepEvents(64, WARM_UP + 20)) {
    if (step <= WARM_UP) continue;
    const seconds = 64 / imagesPerSecond;
    sums.seconds += seconds;
    sums.wait += waitShare * seconds;
    sums.steps += 1;
  }
  return { seconds: sums.seconds / sums.steps, wait: sums.wait / sums.steps };
}

/** Measures the optimizer's update alone: gradients in, the next parameters and momentum out. */
async function secondsOfUpdate() {
  const backbone = resnet18();
  const size = { classes: data.classes, embeddingSize: backbone.embeddingSize };
  const trees = { backbone: backbone.init(Rng.of(1)).params, head: softmax().init(Rng.of(1), size) };
  const params = fromTensors(flattenParams(trees));
  const named = (prefix, change) =>
    Object.fromEntries(Object.entries(params).map(([name, tensor]) => [prefix + name, change(tensor)]));
  const gradients = named('', ({ shape }) => hostZeros('float32', shape));
  const zero = hostTensor('float32', [], Float32Array.of(0));
  const inputs = { learningRate: zero, step: zero, ...gradients };
  const optimizer = optimizerOf(paper);
  const program = await compile(
    (flat, { learningRate, step, ...gradients }) => {
      const [state, tree] = [flat, gradients].map(unflattenParams);
      const { state: moved, outputs } = optimizer.update(tree, state, { learningRate, step, statistics: {} });
      return { state: flattenParams(moved), outputs };
    },
    {
      state: {
        ...named('params.', (tensor) => tensor),
        ...named('momentum.', ({ shape }) => hostZeros('float32', shape)),
      },
      inputs: Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, { shape }])),
      threads: 2,
    },
  );
  for (let i = 0; i < WARM_UP; i++) await program.run(inputs);
  const start = performance.now();
  for (let i = 0; i < 20; i++) await program.run(inputs);
  const seconds = (performance.now() - start) / 1000 / 20;
  await program.release();
  return seconds;
}

/** Returns the largest resident memory in bytes for each hundred steps. */
async function memoryOverSteps(count) {
  const peaks = [];
  for await (const { step } of stepEvents(16, count)) {
    const hundred = Math.floor((step - 1) / 100);
    peaks[hundred] = Math.max(peaks[hundred] ?? 0, process.memoryUsage.rss());
  }
  return peaks;
}

const { seconds, wait } = await secondsOfStep();
const update = await secondsOfUpdate();
const share = (part) => Math.round((part / seconds) * 1000) / 1000;
const shares = {
  compute: share(seconds - wait - update),
  update: share(update),
  input: share(wait),
  reduction: 0,
};
const memoryByHundredSteps = await memoryOverSteps(Number(steps));
console.log(JSON.stringify({ shares, memoryByHundredSteps }));
