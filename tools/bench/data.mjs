import { availableParallelism } from 'node:os';
import { createLoader, defaultPreprocessing, imageFolder } from '@hm/datasets';
import { serve } from './contestant.mjs';

const [root] = process.argv.slice(2);
const loader = createLoader(await imageFolder(root), {
  batchSize: 64,
  seed: 1,
  dropLast: true,
  workers: Math.min(2, availableParallelism()),
  preprocessing: { ...defaultPreprocessing, mean: 127.5, scale: 127.5 },
  augment: {
    flip: { probability: 0.5 },
    affine: { shiftPixels: 4, border: 'black' },
    color: { probability: 0.5, brightness: 0.2, contrast: 0.2, saturation: 0.2 },
    grayscale: { probability: 0.05 },
    cutout: { probability: 0.1 },
  },
});

async function* endless() {
  for (let epoch = 0; ; epoch++) yield* loader.batches({ epoch });
}

const batches = endless();
await serve(async () => {
  const { value } = await batches.next();
  if (value.images.shape[0] !== 64) throw new Error('bench data: a batch of 64 was expected');
});
await batches.return();
await loader.close();
