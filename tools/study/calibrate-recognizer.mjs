/**
 * Calibrates a network for `@hm/recognize` on photographs, with a folder per person, and writes the result as JSON.
 *
 *   node tools/study/calibrate-recognizer.mjs --faces DIR --exclude NAMES.txt --begins pins_ --each 25 --out FILE
 *
 * It uses every pair of photographs, so pairs share photographs and people. The confidence intervals assume independent
 * pairs and are therefore too narrow. They reflect only the number of pairs.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { calibrate } from '@hm/eval';
import { openRecognizer } from '@hm/recognize';

const { values } = parseArgs({
  options: {
    network: { type: 'string' },
    faces: { type: 'string' },
    exclude: { type: 'string' },
    begins: { type: 'string', default: '' },
    each: { type: 'string', default: '25' },
    workers: { type: 'string', default: '2' },
    out: { type: 'string' },
  },
});

const excluded = values.exclude ? (await readFile(values.exclude, 'utf8')).split(/\s+/) : [];
const people = (await readdir(values.faces)).filter((name) => !excluded.includes(name)).sort();
const photographs = [];
for (const person of people) {
  const files = (await readdir(join(values.faces, person))).filter((name) => name.startsWith(values.begins));
  const step = Math.max(1, files.length / Number(values.each));
  for (let k = 0; k < Math.min(files.length, Number(values.each)); k++)
    photographs.push({ person, path: join(values.faces, person, files.sort()[Math.floor(k * step)]) });
}

// With `concat`, one run gives the embeddings of the plain and the mirrored image.
const recognizer = await openRecognizer(values.network, { flip: 'concat', workers: Number(values.workers) });
const { ids, embeddings, missing } = await recognizer.embed(
  photographs.map(({ path }) => path),
  { onProgress: (done, total) => console.error(`${done}/${total}`) },
);
const personOf = new Map(photographs.map(({ path, person }) => [path, person]));
const labels = ids.map((id) => personOf.get(id));
const size = recognizer.embeddingSize / 2;

const rows = (pick) =>
  ids.map((_, k) => {
    const both = embeddings.data.subarray(2 * k * size, 2 * (k + 1) * size);
    const row = Float64Array.from({ length: size }, (_, i) => pick(both[i], both[i + size]));
    const length = Math.hypot(...row);
    return row.map((value) => value / length);
  });

const views = { off: rows((upright) => upright), sum: rows((upright, mirrored) => upright + mirrored) };
const count = new Set(labels).size;
const protocol = `${ids.length} photographs of ${count} people, every pair`;
const calibrations = Object.entries(views).map(([flip, unit]) => {
  const [distances, same] = [[], []];
  for (let a = 0; a < unit.length; a++) {
    for (let b = 0; b < a; b++) {
      let dot = 0;
      for (let k = 0; k < size; k++) dot += unit[a][k] * unit[b][k];
      distances.push(1 - dot);
      same.push(labels[a] === labels[b]);
    }
  }
  return { model: recognizer.name, protocol, flip, ...calibrate({ distances, same }) };
});
await recognizer.release();
await writeFile(values.out, `${JSON.stringify(calibrations, null, 2)}\n`);
console.log(`${protocol}; ${missing.length} without a face`);
for (const { flip, genuine, impostors, thresholds } of calibrations)
  for (const { far, threshold, tar } of thresholds)
    console.log(flip, genuine, impostors, far, (1 - threshold).toFixed(4), tar.toFixed(4));
