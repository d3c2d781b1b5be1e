// `pnpm bench page [--rounds N] [--steps N]`: compares a fine-tuning step in Chromium on WebAssembly with one on Node's
// CPU provider, in alternating rounds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { people } from '@hm/datasets/browser';
import { fineTune, train } from '@hm/train';
import { build, preview, runnerImport } from 'vite';
import { BATCH, imagesPerSecond } from './page/run.mjs';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { rounds: { type: 'string', default: '3' }, steps: { type: 'string', default: '3' } },
});
const [rounds, steps] = [values.rounds, values.steps].map(Number);
const folder = mkdtempSync(join(tmpdir(), 'hm-bench-page-'));
const root = fileURLToPath(new URL('page', import.meta.url));
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const page = {
  root,
  configFile: false,
  logLevel: 'error',
  build: { outDir: join(folder, 'page'), target: 'es2023' },
};
await build(page);
const server = await preview({ ...page, preview: { host: '127.0.0.1', port: 0, headers } });
const { module: tools } = await runnerImport(fileURLToPath(new URL('../chromium.ts', import.meta.url)));
const browser = await tools.launchChromium(tools.installedChromium());

/** Measures in a new page each time, since the number of threads is fixed per page. */
async function inPage(threads) {
  const tab = await browser.newPage();
  await tab.goto(server.resolvedUrls.local[0]);
  await tab.waitForFunction(() => 'measure' in window);
  const result = await tab.evaluate(([threads, steps]) => window.measure(threads, steps), [threads, steps]);
  await tab.close();
  return result;
}

let runs = 0;
const inNode = (threads) =>
  imagesPerSecond(
    {
      train,
      fineTune,
      people,
      out: join(folder, `run-${runs++}`),
      engine: { kind: 'onnx', threads },
      workers: 1,
    },
    steps,
  );

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
try {
  for (const threads of [1, 2]) {
    const [there, here] = [[], []];
    for (let round = 0; round < rounds; round++) {
      there.push(await inPage(threads));
      here.push(await inNode(threads));
    }
    const [web, node] = [median(there), median(here)];
    console.log(
      `batch ${BATCH}, ${threads} thread${threads === 1 ? '' : 's'}: Chromium ${web.toFixed(1)} images/s, Node ${node.toFixed(1)} images/s, ratio ${(web / node).toFixed(2)}`,
    );
  }
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
