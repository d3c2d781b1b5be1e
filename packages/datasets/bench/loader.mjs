import { availableParallelism, cpus } from 'node:os';
import { createLoader, defaultPreprocessing, imageFolder, standard } from '../dist/index.js';

// Images per second of the loader alone. Usage: node packages/datasets/bench/loader.mjs FOLDER
const [root, images = '4096'] = process.argv.slice(2);
if (!root) {
  console.error('usage: node packages/datasets/bench/loader.mjs FOLDER [IMAGES]');
  process.exit(1);
}
const data = await imageFolder(root);
console.log(`${data.length} images, ${availableParallelism()} × ${cpus()[0].model}`);
for (const [name, augment] of Object.entries({ none: {}, standard })) {
  for (const workers of [1, 2]) console.log(name, workers, 'workers:', await rate(augment, workers));
}

async function rate(augment, workers) {
  const preprocessing = defaultPreprocessing;
  const loader = createLoader(data, { batchSize: 64, seed: 1, preprocessing, augment, workers });
  for await (const { position } of loader.batches({ epoch: 0 })) if (position === 3) break;
  const start = performance.now();
  let count = 0;
  for await (const { indices } of loader.batches({ epoch: 1 })) {
    count += indices.length;
    if (count >= Number(images)) break;
  }
  const seconds = (performance.now() - start) / 1000;
  await loader.close();
  return `${Math.round(count / seconds)} images/s`;
}
