// `node tools/study/drawn-embedder.mjs [FILE]`: trains the small network whose embeddings are used to clean the drawn
// faces of `drawn.json`, and writes it as ONNX. It trains on 300 drawn people who are in none of its sets.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inMemory, syntheticFaces } from '@hm/datasets';
import { headByName } from '@hm/losses';
import { backboneByName } from '@hm/resnet';
import { exportRun, loadRun, paper, train } from '@hm/train';

const [file = 'tools/study/drawn-embedder.onnx'] = process.argv.slice(2);
const out = await mkdtemp(join(tmpdir(), 'hm-drawn-embedder-'));
const faces = { identities: 300, imagesPerIdentity: 16, hardness: 0.5, seed: 77, size: 32 };
const options = { stem: 'face', width: 8, embeddingSize: 64, imageSize: [32, 32] };
const run = train({
  ...{ data: inMemory(syntheticFaces(faces)), head: headByName('ce'), seed: 77, out, workers: 1 },
  backbone: backboneByName('resnet18', options),
  recipe: { ...paper, learningRate: 0.1 },
  engine: { kind: 'onnx', threads: 1 },
});
for await (const event of run) if (event.kind === 'epoch') console.log(event.epoch, event.loss.toFixed(3));
await writeFile(file, await exportRun(await loadRun(out)));
await rm(out, { recursive: true });
