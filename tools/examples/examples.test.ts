import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { encodedSamples, imageFolder, syntheticFaces, writeImageFolder } from '@hm/datasets';
import { loadEmbedder, pairDistances } from '@hm/eval';
import { hardMining, softmax } from '@hm/losses';
import { trace } from '@hm/onnx';
import { createSession } from '@hm/onnx/session';
import { resnet18 } from '@hm/resnet';
import { hostTensor } from '@hm/tensor';
import { loadRun, quick, readConfig, train } from '@hm/train';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { build, preview } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installedChromium, launchChromium } from '../chromium.ts';
import { emptyHome } from '../empty-home.ts';
import { staffRegister } from './custom-dataset/staff-register.js';
import { smallNet } from './own-parts/backbone.ts';
import { flatFolder } from './own-parts/dataset.ts';
import { generalizedCrossEntropy } from './own-parts/head.ts';
import { smoothRelu } from './own-parts/kernel.ts';
import { clippedLion } from './own-parts/optimizer.ts';

const folder = mkdtempSync(join(tmpdir(), 'hm-examples-'));
const path = (...parts: string[]) => join(folder, ...parts);
const example = (name: string) => fileURLToPath(new URL(name, import.meta.url));
afterAll(() => rmSync(folder, { recursive: true }));

const small = { ...quick, epochs: 2, batchSize: 12, learningRate: 0.02 };

/** Rendered people, and a network that was trained for a moment on others. */
beforeAll(async () => {
  const faces = { imagesPerIdentity: 8, hardness: 0.1, seed: 7, size: 32 };
  const people = syntheticFaces({ ...faces, identities: 6 });
  await writeImageFolder(path('people'), encodedSamples(people));
  await writeImageFolder(path('lossless'), encodedSamples(people, { format: 'png' }));
  const run = train({
    data: syntheticFaces({ ...faces, identities: 12, firstIdentity: 100 }),
    backbone: resnet18({ imageSize: [32, 32], embeddingSize: 32 }),
    head: softmax(),
    recipe: small,
    out: path('pretrained'),
  });
  for await (const _ of run);
  writeFileSync(path('face.onnx'), await run.exportOnnx());
});

/** What the program of an example prints, which is nothing on stderr; it leaves nothing in its home. */
async function run(name: string, ...options: string[]): Promise<string> {
  const home = emptyHome();
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [join(example(name), 'main.js'), ...options],
    { cwd: folder, env: home.environment },
  );
  expect(stderr).toBe('');
  expect(home.left()).toEqual([]);
  home.dispose();
  return stdout;
}

const pace = ['--epochs', '1', '--batch', '12'];
const size = ['--size', '32'];

it('fine-tune begins with the other run and writes another network', async () => {
  const printed = await run('fine-tune', '--people', 'people', '--pretrained', 'pretrained', ...pace);
  expect(printed).toMatch(/^recognised before: \d+ %\nrecognised after: \d+ %$/m);
  const embedder = await loadEmbedder(path('runs/fine-tuned.onnx'));
  expect(embedder.embeddingSize).toBe(32);
  await embedder.release();
});

it('parts of one’s own train together, and are written into the run', async () => {
  const flat = path('flat');
  mkdirSync(flat);
  for (const name of readdirSync(path('lossless')))
    for (const file of readdirSync(path('lossless', name)).slice(0, 4))
      copyFileSync(path('lossless', name, file), join(flat, `${name}-${file}`));
  const data = await flatFolder(flat);
  expect([data.length, data.classes, data.name(0)]).toEqual([24, 6, 'person-000000']);
  const run = train({
    data,
    backbone: smallNet(),
    head: hardMining(generalizedCrossEntropy()),
    optimizer: clippedLion({ beta1: 0.8 }),
    recipe: { ...small, epochs: 6, learningRate: 0.001, averageDecay: 0.5 },
    out: path('runs/own-parts'),
  });
  const losses = [];
  for await (const event of run) if (event.kind === 'epoch') losses.push(event.loss);
  expect(losses).toHaveLength(6);
  expect(losses[5]).toBeLessThan(losses[0]!);
  const { head, optimizer, backbone } = (await readConfig(path('runs/own-parts')))!;
  expect([head.of?.name, optimizer, backbone.name]).toEqual([
    'generalized-cross-entropy',
    { name: 'lion', config: { beta1: 0.8 } },
    'small-net',
  ]);
});

it('a kernel of one’s own is one node of the graph, its values and gradient those of the formula', async () => {
  const values = [-2, -0.5, 0, 3];
  const expected = values.map((value) => Math.max(0, value) + Math.min(0, Math.expm1(value)));
  const slopes = values.map((value) => Math.exp(Math.min(value, 0)));
  const graph = trace(({ x }) => ({ y: smoothRelu(x!) }), { x: { shape: [4] } });
  expect(Buffer.from(graph).toString('latin1')).toContain('Celu');
  const session = await createSession(graph);
  const { y } = await session.run({ x: hostTensor('float32', [4], Float32Array.from(values)) });
  await session.release();
  for (const [k, value] of expected.entries()) expect(y!.data[k]).toBeCloseTo(value, 6);
  const x = tf.tensor1d(values);
  for (const [k, slope] of tf.grad(smoothRelu)(x).dataSync().entries())
    expect(slope).toBeCloseTo(slopes[k]!, 6);
});

it('the head of one’s own is the formula, between cross-entropy and the mean absolute error', () => {
  const weight = tf.tensor2d([1, 0, 0, 1], [2, 2]);
  const [x, labels] = [tf.tensor2d([0.6, 0.8], [1, 2]), tf.tensor1d([0], 'int32')];
  const probability = 1 / (1 + Math.exp(0.8 - 0.6));
  const lossAt = (q: number) =>
    generalizedCrossEntropy({ scale: 1, q }).losses({ weight }, x, labels, 0).losses.dataSync()[0];
  expect(lossAt(0.7)).toBeCloseTo((1 - probability ** 0.7) / 0.7, 5);
  expect(lossAt(1)).toBeCloseTo(1 - probability, 5);
  expect(lossAt(1e-3)).toBeCloseTo(-Math.log(probability), 3);
});

it('custom-dataset reads a register, quoted names too, and scores the people it does not train on', async () => {
  const { names } = await imageFolder(path('people'));
  const rows = names.flatMap((name, person) =>
    readdirSync(path('people', name)).map(
      (file) => `people/${name}/${file},"No ""${person}"", one",${person < 4 ? 'train' : 'test'}`,
    ),
  );
  writeFileSync(path('register.csv'), ['file,person,split', ...rows].join('\n'));
  const { training, validation } = await staffRegister(path('register.csv'));
  expect([training.length, training.classes, training.name(3)]).toEqual([32, 4, 'No "3", one']);
  const identity = (index: number) => validation.images[index]!.id.split('/')[1];
  const right = validation.pairs.filter(
    (pair) => pair.same === (identity(pair.first) === identity(pair.second)),
  );
  expect(right).toHaveLength(validation.pairs.length);
  const printed = await run('custom-dataset', ...size, ...pace);
  expect(printed.match(/^people not trained on: accuracy [01]\.\d{3}$/gm)).toHaveLength(1);
  expect((await loadRun(path('runs/custom-dataset'), 'best')).state['params.head.weight']!.shape).toEqual([
    4, 512,
  ]);
});

it('vector-database finds a stored face again, and its person before others', async () => {
  expect(await run('vector-database', '--people', 'people')).toBe('48 faces stored\n');
  const photograph = join('people', 'person-000002', '0003.jpg');
  const found = (await run('vector-database', photograph)).trim().split('\n');
  expect(found).toHaveLength(3);
  expect(found[0]).toBe(`${photograph}: person-000002 (person-000002/0003.jpg), similarity 1.000`);
  const [second, third] = await nearestByCosine('person-000002/0003.jpg');
  expect(found[1]).toContain(`(${second!.id}), similarity ${second!.similarity.toFixed(3)}`);
  expect(found[2]).toContain(`(${third!.id}), similarity ${third!.similarity.toFixed(3)}`);
});

/** The other faces by the cosine of their embeddings, compared one by one. */
async function nearestByCosine(id: string) {
  const data = await imageFolder(path('people'));
  const samples = await Promise.all(Array.from({ length: data.length }, (_, index) => data.sample(index)));
  const embedder = await loadEmbedder(path('face.onnx'));
  const embeddings = await embedder.embed(
    samples.map(({ image }) => image),
    { flip: 'sum' },
  );
  await embedder.release();
  const first = samples.findIndex((sample) => sample.id === id);
  const pairs = samples.map((_, second) => ({ first, second }));
  const distances = pairDistances(embeddings, pairs, 'cosine');
  return samples
    .map((sample, k) => ({ id: sample.id, similarity: 1 - distances[k]! }))
    .filter((face) => face.id !== id)
    .sort((a, b) => b.similarity - a.similarity);
}

const chromium = installedChromium();

it.skipIf(chromium === undefined)('the page gives Node’s similarity of two faces', async () => {
  const page = { root: example('browser'), configFile: false, logLevel: 'warn' } as const;
  const outDir = path('page');
  await build({ ...page, build: { outDir, emptyOutDir: true } });
  copyFileSync(path('face.onnx'), join(outDir, 'face.onnx'));
  const server = await preview({ ...page, build: { outDir }, preview: { port: 0, host: '127.0.0.1' } });
  const browser = await launchChromium(chromium!);
  try {
    const tab = await browser.newPage();
    const said: string[] = [];
    tab.on('console', (message) => said.push(message.text()));
    tab.on('pageerror', ({ message }) => said.push(message));
    await tab.goto(server.resolvedUrls!.local[0]!);
    await tab.getByText('Choose two aligned faces; the network runs on WebAssembly.').waitFor();
    const faces = ['0001.png', '0002.png'].map((name) => path('lossless', 'person-000000', name));
    for (const [k, file] of faces.entries()) await tab.locator('input').nth(k).setInputFiles(file);
    await tab.getByText('similarity').waitFor();
    const shown = Number((await tab.textContent('output'))!.split(' ')[1]);
    expect(shown).toBeCloseTo(await similarityInNode(faces), 3);
    expect(said.filter((text) => text !== 'No available adapters.')).toEqual([]);
  } finally {
    await browser.close();
    await server.close();
  }
});

async function similarityInNode(paths: readonly string[]): Promise<number> {
  const embedder = await loadEmbedder(path('face.onnx'));
  const embeddings = await embedder.embed(
    paths.map((each) => ({ path: each })),
    { flip: 'sum' },
  );
  await embedder.release();
  return 1 - pairDistances(embeddings, [{ first: 0, second: 1 }], 'cosine')[0]!;
}
