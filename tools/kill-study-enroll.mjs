// Enrolls people into a gallery one after the other, skips those that are already in it, and prints whom it has
// enrolled. tools/kill-study.mjs kills this process. The network's embedding is an image's mean colour.
import { defaultPreprocessing, preprocessingToMetadata } from '@hm/datasets';
import { Graph } from '@hm/onnx/graph';
import { withMetadata } from '@hm/onnx/session';
import { openGallery, openRecognizer } from '@hm/recognize';

const PEOPLE = 40;
const SIDE = 112;

const graph = new Graph();
graph.publish(graph.add('Flatten', [graph.add('GlobalAveragePool', ['input'])]), 'embedding');
const model = graph.encode(
  [{ name: 'input', dtype: 'float32', shape: ['N', 3, SIDE, SIDE] }],
  [{ name: 'embedding', dtype: 'float32', shape: ['N', 3] }],
);
const metadata = preprocessingToMetadata({ ...defaultPreprocessing, mean: 0, scale: 1 });
const recognizer = await openRecognizer(withMetadata(model, metadata), { aligned: true, threads: 1 });
const gallery = await openGallery(process.argv[2], recognizer);
const there = new Set((await gallery.list()).map(({ name }) => name));
for (let person = 0; person < PEOPLE; person++) {
  const name = `Person ${person}`;
  if (there.has(name)) continue;
  const pixels = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, k) => 20 + ((person * (k % 3) * 37) % 200));
  await gallery.enroll(name, [{ pixels, height: SIDE, width: SIDE }], {
    minQuality: 0,
    threshold: 0.9,
    alike: true,
  });
  console.log(name);
}
await gallery.release();
await recognizer.release();
