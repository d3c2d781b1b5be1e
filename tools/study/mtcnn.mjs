// `node tools/study/mtcnn.mjs WHEEL LFW_IMAGES [--images N] [--python PATH] [--json]`: compares our detector with
// facenet-pytorch's on evenly spaced photographs of LFW. WHEEL is its unpacked wheel, see tools/golden/mtcnn.py.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chooseFace, detectWithBorder, loadMtcnn } from '@hm/align';
import { imageFolder } from '@hm/datasets';
import { decodeImage } from '@hm/images';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string', default: '300' },
    python: { type: 'string', default: '/usr/bin/python3' },
    json: { type: 'boolean', default: false },
  },
});
const [wheel, root] = positionals;
if (root === undefined) {
  console.error('usage: node tools/study/mtcnn.mjs WHEEL LFW_IMAGES');
  process.exit(1);
}
const peer = spawn(values.python, [fileURLToPath(new URL('mtcnn.py', import.meta.url)), wheel], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
const data = await imageFolder(root);
const count = Math.min(Number(values.images), data.length);
const detector = await loadMtcnn();
const distances = [];
const far = [];
const found = { ours: 0, withBorder: 0, peer: 0, both: 0 };

for (let place = 0; place < count; place++) {
  const { image, id } = await data.sample(Math.floor((place * data.length) / count));
  peer.stdin.write(`${image.path}\n`);
  const decoded = await decodeImage({ path: image.path });
  const choice = { ...decoded, prefer: 'center' };
  const faces = await detector.detect(decoded);
  const ours = chooseFace(faces, choice);
  const bordered = faces.length > 0 ? { faces } : await detectWithBorder(detector, decoded, 0.3);
  const { value, done } = await answers.next();
  if (done) throw new Error('study: facenet-pytorch ended without an answer');
  const theirs = chooseFace(JSON.parse(value), choice);
  if (ours) found.ours++;
  if (bordered.faces.length > 0) found.withBorder++;
  if (theirs) found.peer++;
  if (!ours || !theirs) continue;
  found.both++;
  const each = ours.landmarks.map(([x, y], k) =>
    Math.hypot(x - theirs.landmarks[k][0], y - theirs.landmarks[k][1]),
  );
  distances.push(...each);
  const mean = each.reduce((sum, distance) => sum + distance, 0) / 5;
  if (mean > 4) far.push({ id, pixels: Math.round(mean * 100) / 100 });
}
peer.stdin.end();
await once(peer, 'close');
await detector.release();

distances.sort((a, b) => a - b);
const round = (number) => Math.round(number * 1000) / 1000;
const result = {
  images: count,
  found,
  landmarkDistance: {
    mean: round(distances.reduce((sum, distance) => sum + distance, 0) / distances.length),
    median: round(distances[distances.length >> 1]),
    share95: round(distances[Math.floor(distances.length * 0.95)]),
    most: round(distances.at(-1)),
  },
  far,
};
console.log(values.json ? JSON.stringify(result) : result);
