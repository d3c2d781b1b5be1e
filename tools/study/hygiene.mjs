// `node tools/study/hygiene.mjs --model M --faces ALIGNED… [--lfw ALIGNED] [--preprocessing JSON]`: counts how many
// known wrong labels, split people and people in both sets `findMislabeled` and `findSamePeople` find.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findMislabeled, findSamePeople, loadEmbedder } from '@hm/eval';
import { listImages } from '@hm/images';
import { hostTensor, Rng } from '@hm/tensor/host';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    faces: { type: 'string', multiple: true },
    lfw: { type: 'string' },
    preprocessing: { type: 'string' },
  },
});
const embedder = await loadEmbedder(
  values.model,
  values.preprocessing && { preprocessing: JSON.parse(values.preprocessing) },
);

/** Embeds all images in folders of people. */
async function embedded(folders) {
  const images = [];
  for (const folder of folders)
    for (const name of (await listImages(folder)).images) images.push({ folder, name });
  const size = embedder.embeddingSize;
  const data = new Float32Array(images.length * size);
  for (let start = 0; start < images.length; start += 64) {
    const paths = images.slice(start, start + 64).map(({ folder, name }) => ({ path: join(folder, name) }));
    data.set((await embedder.embed(paths)).data, start * size);
  }
  const labels = images.map(({ name }) => name.split('/')[0]);
  return { labels, embeddings: hostTensor('float32', [images.length, size], data) };
}

const faces = await embedded(values.faces);
const { labels } = faces;
const people = [...new Set(labels)];
console.log(`${labels.length} images of ${people.length} people`);

const before = new Set((await findMislabeled(faces)).map(({ row }) => row));
console.log(`${before.size} look mislabeled as they are`);
for (const share of [0.05, 0.1, 0.3, 0.5]) {
  const rng = Rng.of('noise', String(share));
  const moved = new Set(rng.shuffle([...labels.keys()]).slice(0, Math.round(share * labels.length)));
  const another = (name) =>
    people[(people.indexOf(name) + 1 + rng.integer(people.length - 1)) % people.length];
  const given = labels.map((name, row) => (moved.has(row) ? another(name) : name));
  const found = (await findMislabeled({ ...faces, labels: given })).map(({ row }) => row);
  const right = found.filter((row) => moved.has(row)).length;
  const wrong = found.filter((row) => !moved.has(row) && !before.has(row)).length;
  const others = labels.length - moved.size;
  console.log(`${100 * share} % moved: ${right} of ${moved.size} found, ${wrong} of ${others} others`);
}

const second = (name, row) => people.indexOf(name) % 9 === 0 && row % 2 === 1;
const split = labels.map((name, row) => (second(name, row) ? `${name} (2)` : name));
const twice = (await findSamePeople({ ...faces, labels: split })).people;
const right = twice.filter(
  (pair) => pair.second === `${pair.first} (2)` || pair.first === `${pair.second} (2)`,
);
const halves = new Set(split).size - people.length;
console.log(`${right.length} of ${halves} split people found, ${twice.length - right.length} others`);

if (values.lfw !== undefined) {
  const test = await embedded([values.lfw]);
  const names = new Set(test.labels);
  const both = people.filter((name) => names.has(name));
  const found = (await findSamePeople(faces, test)).people;
  const same = new Set(found.filter(({ first, second }) => first === second).map(({ first }) => first));
  console.log(
    `${same.size} of ${both.length} people found whose name is in both sets of ${names.size} people`,
  );
  for (const { first, second, similarity } of found.filter((pair) => pair.first !== pair.second))
    console.log(`${first} = ${second}? ${similarity.toFixed(2)}`);
}
await embedder.release();
