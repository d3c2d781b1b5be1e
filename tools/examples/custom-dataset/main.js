import { parseArgs } from 'node:util';
import { loadEmbedder, verify } from '@hm/eval';
import { cosFace, hardMining } from '@hm/losses';
import { resnet18 } from '@hm/resnet';
import { progressLine, quick, train } from '@hm/train';
import { staffRegister } from './staff-register.js';

const { register, out, size, epochs, batch } = parseArgs({
  options: {
    register: { type: 'string', default: 'register.csv' },
    out: { type: 'string', default: 'runs/custom-dataset' },
    size: { type: 'string', default: '112' },
    epochs: { type: 'string', default: '8' },
    batch: { type: 'string', default: '32' },
  },
}).values;

const { training, validation } = await staffRegister(register);

const run = train({
  data: training,
  backbone: resnet18({ imageSize: [Number(size), Number(size)] }),
  head: hardMining(cosFace({ scale: 32 })),
  recipe: { ...quick, epochs: Number(epochs), batchSize: Number(batch) },
  async validate(model) {
    const embedder = await loadEmbedder(model);
    const { accuracy } = await verify(embedder, validation);
    await embedder.release();
    return { name: 'accuracy', score: accuracy };
  },
  out,
});
for await (const event of run) {
  if (event.kind === 'step') console.log(progressLine(event));
  if (event.kind === 'validation')
    console.log(`people not trained on: ${event.name} ${event.score.toFixed(3)}`);
}
