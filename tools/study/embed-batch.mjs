// `node tools/study/embed-batch.mjs [MODEL]`: measures images/s of an embedding network by images per run and threads,
// each as the median of several runs. The network is ResNet-18 unless a model with a symbolic batch is given. The
// default batch and thread count are based on these measurements.
import { availableParallelism } from 'node:os';
import { createSession } from '@hm/onnx/session';
import { hostZeros } from '@hm/tensor/host';
import { embeddingModel } from '../bench/embed-model.mjs';

const model = process.argv[2] ?? (await embeddingModel());
const cores = availableParallelism();
const threadCounts = [...new Set([1, Math.ceil(cores / 2), cores])];
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

console.log(['images a run', ...threadCounts.map((threads) => `${threads} thread(s)`)].join('\t'));
for (const batch of [1, 2, 4, 8, 16, 32, 64, 128]) {
  const rates = [];
  for (const threads of threadCounts) {
    const session = await createSession(model, { threads });
    const [{ name, shape }] = session.inputs;
    const feeds = { [name]: hostZeros('float32', [batch, ...shape.slice(1)]) };
    const seconds = [];
    for (let run = 0; run < Math.max(5, 128 / batch); run++) {
      const start = performance.now();
      await session.run(feeds);
      seconds.push((performance.now() - start) / 1000);
    }
    rates.push((batch / median(seconds)).toFixed(0));
    await session.release();
  }
  console.log([batch, ...rates].join('\t'));
}
