/** @import { Dataset } from '@hm/datasets' */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { imageFolder } from '@hm/datasets';
import { identify, loadEmbedder } from '@hm/eval';
import { arcFace, hardMining } from '@hm/losses';
import { backboneByName } from '@hm/resnet';
import { exportRun, loadRun, progressLine, quick, train } from '@hm/train';

const { people, pretrained, out, epochs, batch } = parseArgs({
  options: {
    people: { type: 'string', default: 'people' },
    pretrained: { type: 'string', default: 'runs/pretrained' },
    out: { type: 'string', default: 'runs/fine-tuned' },
    epochs: { type: 'string', default: '8' },
    batch: { type: 'string', default: '32' },
  },
}).values;

const all = await imageFolder(people);
const indices = Array.from({ length: all.length }, (_, index) => index);
const known = subset((index) => index % 4 !== 3);
const unseen = subset((index) => index % 4 === 3);

const before = await loadRun(pretrained);
const { name, config } = before.config.backbone;
const run = train({
  data: known,
  backbone: backboneByName(name, config),
  pretrained,
  head: hardMining(arcFace({ scale: 16, marginRadians: 0.2 })),
  recipe: {
    ...quick,
    epochs: Number(epochs),
    batchSize: Number(batch),
    // With little data, the first layers keep the edges and textures that they learned from many other people.
    learningRate: 0.01,
    freeze: ['backbone.stem.*', 'backbone.blocks.0.*'],
  },
  out,
});
for await (const event of run) if (event.kind === 'step') console.log(progressLine(event));

const model = await run.exportOnnx();
await writeFile(`${out}.onnx`, model);
console.log(`recognised before: ${await recognized(await exportRun(before))}`);
console.log(`recognised after: ${await recognized(model)}`);

/**
 * @param {(index: number) => boolean} chosen
 * @returns {Dataset}
 */
function subset(chosen) {
  const kept = indices.filter(chosen);
  return {
    length: kept.length,
    classes: all.classes,
    name: (label) => all.name(label),
    sample: (index) => all.sample(/** @type {number} */ (kept[index])),
  };
}

/**
 * Returns the share of unseen photographs whose nearest known photograph is of the same person.
 *
 * @param {Uint8Array} model
 */
async function recognized(model) {
  const embedder = await loadEmbedder(model);
  /** @param {Dataset} data */
  const embed = async (data) => {
    const samples = await Promise.all(Array.from({ length: data.length }, (_, index) => data.sample(index)));
    const embeddings = await embedder.embed(samples.map(({ image }) => image));
    return { embeddings, labels: samples.map(({ label }) => label) };
  };
  const { cmc } = await identify(await embed(known), await embed(unseen));
  await embedder.release();
  return `${(100 * (cmc[0] ?? 0)).toFixed(0)} %`;
}
