import { parseArgs } from 'node:util';
import { imageFolder } from '@hm/datasets';
import { loadEmbedder } from '@hm/eval';
import { openFaceStore } from './face-store.js';

const {
  values: { model, people, database },
  positionals: photographs,
} = parseArgs({
  options: {
    model: { type: 'string', default: 'face.onnx' },
    people: { type: 'string' },
    database: { type: 'string', default: 'faces.db' },
  },
  allowPositionals: true,
});

const embedder = await loadEmbedder(model);
const store = await openFaceStore(database, embedder);

if (people !== undefined) {
  const data = await imageFolder(people);
  for (let index = 0; index < data.length; index++) {
    const { image, id, label } = await data.sample(index);
    await store.add({ ...image, id }, data.name(label));
  }
  console.log(`${data.length} faces stored`);
}

for (const photograph of photographs) {
  for (const { id, person, similarity } of await store.search({ path: photograph }, 3)) {
    console.log(`${photograph}: ${person} (${id}), similarity ${similarity.toFixed(3)}`);
  }
}

store.close();
await embedder.release();
