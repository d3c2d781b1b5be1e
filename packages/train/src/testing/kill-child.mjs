// Trains with a checkpoint after every step, in the built package, until it is done or killed.
import { inMemory, syntheticFaces } from '@hm/datasets';
import { headByName } from '@hm/losses';
import { quick, train } from '../../dist/index.js';
import { tinyBackbone } from './tiny-backbone.mjs';

const [out, resume, epochs = 8] = process.argv.slice(2);
const run = train({
  data: inMemory(syntheticFaces({ identities: 6, imagesPerIdentity: 8, hardness: 0, seed: 3, size: 32 })),
  // A wide embedding, so that writing a checkpoint takes a good part of the time.
  backbone: tinyBackbone({ embeddingSize: 100_000 }),
  head: headByName('cosface'),
  recipe: { ...quick, epochs: Number(epochs), batchSize: 12 },
  out,
  resume: resume === 'resume',
  checkpointEvery: 1,
  logEvery: 1,
  workers: 1,
  engine: { kind: 'onnx', threads: 1 },
});
for await (const event of run) if (event.kind !== 'epoch') process.send?.(event);
