// `node tools/bench/precision.mjs --model M --lfw ALIGNED [--pairs FILE] [--samples N] [--flip sum] [--preprocessing JSON]`:
// measures LFW accuracy, size and speed of a model in float32, int8 (two calibrations) and float16, one JSON line each.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { lfwPairs } from '@hm/datasets';
import { compareResults, loadEmbedder, verify } from '@hm/eval';
import { quantize, toFloat16 } from '@hm/onnx/precision';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    lfw: { type: 'string' },
    pairs: { type: 'string' },
    samples: { type: 'string', default: '128' },
    flip: { type: 'string', default: 'sum' },
    preprocessing: { type: 'string' },
    rounds: { type: 'string', default: '9' },
  },
});
const preprocessing = values.preprocessing && JSON.parse(values.preprocessing);
const options = { threads: 2, ...(preprocessing && { preprocessing }) };
const model = new Uint8Array(await readFile(values.model));
const protocol = await lfwPairs(values.lfw, values.pairs ? { pairs: values.pairs } : {});
const full = await loadEmbedder(model, options);
const step = protocol.images.length / Number(values.samples);
const samples = Array.from(
  { length: Number(values.samples) },
  (_, k) => protocol.images[Math.floor(k * step)],
);
const batches = await full.prepare(samples);
await full.release();

const variants = {
  fp32: model,
  'int8 minmax': await quantize(model, batches),
  'int8 99.99': await quantize(model, batches, { calibration: { percentile: 99.99 } }),
  fp16: toFloat16(model),
};
const embedders = {};
for (const [name, bytes] of Object.entries(variants)) embedders[name] = await loadEmbedder(bytes, options);

// The variants take turns, so that other load on the machine affects all of them.
const seconds = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
const images = await Promise.all(
  protocol.images.slice(0, 64).map(async ({ path }) => ({ bytes: await readFile(path) })),
);
for (let round = 0; round < Number(values.rounds) + 2; round++) {
  for (const [name, embedder] of Object.entries(embedders)) {
    const start = performance.now();
    await embedder.embed(images);
    if (round >= 2) seconds[name].push((performance.now() - start) / 1000);
  }
}
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

let reference;
for (const [name, embedder] of Object.entries(embedders)) {
  const result = await verify(embedder, protocol, { flip: values.flip, scores: true });
  reference ??= result;
  const { pValue, interval } = compareResults(reference, result);
  console.log(
    JSON.stringify({
      precision: name,
      accuracy: result.accuracy,
      standardError: result.standardError,
      tarAtFar: result.tarAtFar.map(({ far, tar }) => [far, tar]),
      differenceFromFp32: { pValue, interval },
      bytes: variants[name].length,
      imagesPerSecond: 64 / median(seconds[name]),
      speedup: median(seconds.fp32.map((time, round) => time / seconds[name][round])),
    }),
  );
  await embedder.release();
}
