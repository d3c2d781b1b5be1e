/**
 * Measures the milliseconds to look up a face among many people in an open gallery, and the time of a change to it.
 *
 *   node tools/bench/gallery.mjs [--people 100000] [--rounds 50]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openGallery, openRecognizer } from '@hm/recognize';
import { Rng } from '@hm/tensor/host';
import { encodeGallery } from '../../packages/recognize/dist/gallery/gallery-file.js';

const { values } = parseArgs({
  options: { people: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '50' } },
});
const recognizer = await openRecognizer();
const [count, size] = [Number(values.people), recognizer.embeddingSize];
const rng = Rng.of('gallery');
const templates = Float32Array.from({ length: count * size }, () => rng.normal());
const people = Array.from({ length: count }, (_, k) => ({
  ...{ name: `person ${k}`, photographs: 1, weight: 1, enrolled: '', updated: '' },
}));
const folder = mkdtempSync(join(tmpdir(), 'hm-gallery-bench-'));
const path = join(folder, 'people.gallery');
const { fingerprint } = recognizer;
await writeFile(path, await encodeGallery({ fingerprint, people, templates, size }));
const gallery = await openGallery(path, recognizer);

const times = [];
for (let round = 0; round <= Number(values.rounds); round++) {
  const row = (round * 7919) % count;
  const embedding = templates.slice(row * size, (row + 1) * size);
  const started = performance.now();
  const face = await gallery.identifyFace({ embedding });
  // The first lookup loads the gallery.
  if (round > 0) times.push(performance.now() - started);
  if (face.name !== `person ${row}`) throw new Error(`person ${row} was taken for ${face.name}`);
}
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const started = performance.now();
await gallery.forget('person 0');
const written = performance.now() - started;
console.log(
  `${count} people: a face in ${median(times).toFixed(1)} ms (median of ${times.length}), a change in ${written.toFixed(0)} ms`,
);
await gallery.release();
await recognizer.release();
rmSync(folder, { recursive: true });
