// `node tools/tfjs-node/compare-engines.mjs [BATCH] [ROUNDS] [ENGINE …]`: compares engines on ResNet-18 at 112 × 112,
// in alternating rounds. An engine is a provider of ONNX Runtime or a backend of tfjs, such as onnx-cpu or
// tfjs-tensorflow. Prints images per second, as the median of the rounds, and the ratio to the first engine.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inMemory, syntheticFaces } from '@hm/datasets';
import { headByName } from '@hm/losses';
import { resnet18 } from '@hm/resnet';
import { quick, train } from '@hm/train';

const built = fileURLToPath(new URL('../../node_modules/.cache/tfjs-node', import.meta.url));
if (existsSync(built)) process.env.HM_TFJS_NODE ??= built;

const [batch = 32, rounds = 3, ...names] = process.argv.slice(2);
const engines = names.length > 0 ? names : ['onnx-cpu', 'tfjs-tensorflow'];
const batchSize = Number(batch);
const STEPS = 6;
const imagesPerIdentity = (STEPS * batchSize) / 8;
const data = inMemory(syntheticFaces({ identities: 8, imagesPerIdentity, hardness: 0, seed: 1, size: 112 }));

function engineOf(name) {
  const [kind, part] = name.split('-');
  return kind === 'onnx' ? { kind, provider: part } : { kind, backend: part };
}

/** Measures images per second, without the first two steps, which allocate memory. */
async function measure(name) {
  const out = mkdtempSync(join(tmpdir(), 'hm-engines-'));
  const recipe = { ...quick, epochs: 1, batchSize };
  const parts = { backbone: resnet18(), head: headByName('hm-arcface'), recipe };
  const rates = [];
  try {
    const options = { data, ...parts, out, logEvery: 1, workers: 1, engine: engineOf(name) };
    for await (const event of train(options)) if (event.kind === 'step') rates.push(event.imagesPerSecond);
  } finally {
    rmSync(out, { recursive: true });
  }
  return median(rates.slice(2));
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

const found = Object.fromEntries(engines.map((name) => [name, []]));
for (let round = 0; round < Number(rounds); round++)
  for (const name of engines) found[name].push(await measure(name));
const first = median(found[engines[0]]);
for (const name of engines) {
  const rate = median(found[name]);
  console.log(`${name}: ${rate.toFixed(1)} images/s, ${(rate / first).toFixed(3)} of ${engines[0]}`);
}
