/**
 * Measures the rate of a training step of ResNet-18 as a share of the rate of a large matrix product. The step's rate
 * is its multiplications with direct 3×3 convolutions, divided by its time with the fastest measured forms. The product
 * is 2,048 × 2,048 × 2,048 on the same two threads. A share above 1 is possible only by the multiplications that the
 * forms save.
 *
 *   pnpm bench share [BATCH] [--json]
 */
import '@tensorflow/tfjs-backend-cpu';
import { chooseKernels, compile, kernelCache, trace } from '@hm/onnx';
import { createSession } from '@hm/onnx/session';
import { hostTensor } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { stepOf } from './step-of.mjs';
import { operatorsOf } from './step-operators.mjs';

const SIDE = 2048;
const [batch = 64] = process.argv.slice(3).flatMap((word) => (Number(word) > 0 ? [Number(word)] : []));
const multiplicationsOf = async (form) =>
  (await operatorsOf(form, batch)).reduce((total, operator) => total + operator.multiplications, 0);

const product = await productSeconds();
const step = await stepSeconds();
const result = {
  bench: 'share',
  batch,
  stepMilliseconds: 1e3 * step,
  multiplications: await multiplicationsOf('direct'),
  productRate: SIDE ** 3 / product,
};
result.rate = result.multiplications / step;
result.share = result.rate / result.productRate;
if (process.argv.includes('--json')) console.log(JSON.stringify(result));
else {
  const giga = (value) => `${(value / 1e9).toFixed(1)} G`;
  console.log(
    `one training step of ResNet-18, 112×112, batch ${batch}, 1000 classes: ${giga(result.multiplications)} multiplications in ` +
      `${result.stepMilliseconds.toFixed(0)} ms, ${giga(result.rate)}/s; a product of ${SIDE}³ runs at ${giga(result.productRate)}/s: ` +
      `share ${result.share.toFixed(2)}`,
  );
}

/** Returns the median over seven turns, after one to warm up. */
async function secondsOf(turn) {
  const times = [];
  for (let index = 0; index < 8; index++) {
    const start = performance.now();
    await turn();
    times.push((performance.now() - start) / 1e3);
  }
  return times.slice(1).sort((a, b) => a - b)[3];
}

async function productSeconds() {
  const square = { shape: [SIDE, SIDE] };
  const model = trace(({ a, b }) => ({ c: tf.matMul(a, b) }), { a: square, b: square });
  const session = await createSession(model, { threads: 2 });
  const values = hostTensor('float32', [SIDE, SIDE], new Float32Array(SIDE * SIDE).fill(0.5));
  const seconds = await secondsOf(() => session.run({ a: values, b: values }));
  await session.release();
  return seconds;
}

async function stepSeconds() {
  const { step, options, inputs } = stepOf('resnet18', batch, 112, 1000);
  const kernels = await chooseKernels(step, options, kernelCache(options.threads));
  const program = await compile(step, { ...options, kernels });
  const seconds = await secondsOf(() => program.run(inputs));
  await program.release();
  return seconds;
}
