import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { imageFolder } from '@hm/datasets';
import { hardMining } from '@hm/losses';
import { resnet18 } from '@hm/resnet';
import { progressLine, quick, train } from '@hm/train';
import { generalizedCrossEntropy } from './generalized-cross-entropy.js';

const { people, out, size, epochs, batch } = parseArgs({
  options: {
    people: { type: 'string', default: 'people' },
    out: { type: 'string', default: 'runs/custom-loss' },
    size: { type: 'string', default: '112' },
    epochs: { type: 'string', default: '8' },
    batch: { type: 'string', default: '32' },
  },
}).values;

const run = train({
  data: await imageFolder(people),
  backbone: resnet18({ imageSize: [Number(size), Number(size)] }),
  head: hardMining(generalizedCrossEntropy()),
  recipe: { ...quick, epochs: Number(epochs), batchSize: Number(batch) },
  hardness: true,
  out,
});
for await (const event of run) {
  if (event.kind === 'step') console.log(progressLine(event));
  if (event.kind === 'hardness')
    console.log(`${(100 * (event.easyShare ?? 0)).toFixed(0)} % of the images are easy`);
}
await writeFile(`${out}.onnx`, await run.exportOnnx());
