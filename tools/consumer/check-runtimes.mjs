import { join } from 'node:path';
import { execute } from './execute.mjs';
import { Project } from './project.mjs';

const runtimes = { bun: ['bun'], deno: ['deno', 'run', '--allow-all'] };

/**
 * Checks recognizing, enrolling and embedding on Bun and Deno, if they are installed, with both packages of ONNX
 * Runtime. With the native library it also checks training and resuming from a checkpoint.
 */
export function checkRuntimes(folder, registry) {
  const found = Object.entries(runtimes).filter(
    ([name]) => execute(folder, name, ['--version']).status === 0,
  );
  if (found.length === 0) console.log('nothing is tried on Bun and Deno: neither is installed');
  // Node uses WebAssembly too, if there is no native library.
  return [
    ...problemsWith('onnxruntime-node', found),
    ...problemsWith('onnxruntime-web', [['node', ['node']], ...found]),
    ...problemsInTraining([['node', ['node']], ...found]),
  ];

  function problemsInTraining(programs) {
    const project = new Project(join(folder, 'runtimes-training'), registry);
    const packages = ['train', 'losses', 'resnet'].map((name) => `@hm/${name}`);
    const engine = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', 'onnxruntime-node'];
    if (!project.install('npm', [...packages, ...engine])) return project.problems;
    project.write('train.mjs', training);
    for (const [name, [command, ...options]] of programs)
      project.expectSilence(`${name}, training`, command, [...options, 'train.mjs']);
    return project.problems;
  }

  function problemsWith(runtime, programs) {
    if (programs.length === 0) return [];
    const project = new Project(join(folder, `runtimes-${runtime}`), registry);
    if (!project.install('npm', ['@hm/recognize', '@hm/eval', runtime])) return project.problems;
    project.write('recognize.mjs', recognize);
    for (const [name, [command, ...options]] of programs)
      project.expectSilence(`${name}, ${runtime}`, command, [...options, 'recognize.mjs']);
    return project.problems;
  }
}

const recognize = `
import { loadEmbedder } from '@hm/eval';
import { bundledNetwork, openGallery, openRecognizer } from '@hm/recognize';
const [height, width] = [150, 150];
const wall = (level) => ({ pixels: new Uint8Array(height * width * 3).fill(level), height, width });
const check = (holds) => { if (!holds) throw new Error('not so'); };

// Threads look for faces, and end.
const finding = await openRecognizer(undefined, { workers: 2 });
check((await finding.embed(Array.from({ length: 9 }, () => wall(99)))).missing.length === 9);
await finding.release();

const recognizer = await openRecognizer(undefined, { aligned: true });
check((await recognizer.verify(wall(50), wall(50))).same);
const file = \`\${process.versions.bun ? 'bun' : process.versions.deno ? 'deno' : 'node'}.gallery\`;
const people = await openGallery(file, recognizer);
await people.enroll('Ada', [wall(50)], { minQuality: 0 });
check((await people.identify(wall(50)))[0].name === 'Ada');
check(await people.forget('Ada'));
await people.release();
await recognizer.release();

const embedder = await loadEmbedder(await bundledNetwork());
check((await embedder.embed([wall(50)])).shape[1] === 128);
await embedder.release();
`;

/** Each runtime stops halfway, resumes, and compares its final weights with those of the first runtime. */
const training = `
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import '@tensorflow/tfjs-backend-cpu';
import { arcFace, hardMining } from '@hm/losses';
import { resnet18 } from '@hm/resnet';
import { loadRun, quick, train } from '@hm/train';
const sides = { height: 32, width: 32 };
const pixels = Array.from({ length: 16 }, (_, k) => new Uint8Array(32 * 32 * 3).fill(15 * k));
const data = {
  ...{ length: 16, classes: 4, name: (label) => 'person ' + label },
  sample: (k) => ({ id: 'image ' + k, label: k % 4, image: { pixels: pixels[k], ...sides } }),
};
const out = process.versions.bun ? 'bun' : process.versions.deno ? 'deno' : 'node';
const options = { ...{ data, out, seed: 1, workers: 2, checkpointEvery: 1 }, recipe: { ...quick, epochs: 2, batchSize: 4 } };
const parts = { backbone: resnet18({ imageSize: [32, 32] }), head: hardMining(arcFace()) };
for await (const event of train({ ...options, ...parts })) if (event.kind === 'epoch') break;
for await (const _ of train({ ...options, ...parts, resume: true }));
const { state } = await loadRun(out);
const hash = createHash('sha256');
for (const { data } of Object.values(state)) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
const weights = hash.digest('hex');
if (!existsSync('weights.txt')) writeFileSync('weights.txt', weights);
if (readFileSync('weights.txt', 'utf8') !== weights) throw new Error('other weights than those of Node');
`;
