import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { decodeSafetensors } from '@hm/tensor/host';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installedChromium, launchChromium, launchWithSoftwareGpu } from '../../../tools/chromium.ts';
import type { PageStore } from './browser/page-store.ts';
import * as surface from './browser.ts';
import { exportRun } from './export/export-run.ts';
import { decodeCheckpoint } from './run-folder/checkpoint.ts';
import { loadRun } from './run-folder/load-run.ts';
import { tinyBackbone } from './testing/tiny-backbone.mjs';
import {
  differing,
  eventsOf,
  temporaryFolder,
  tinyFaces,
  tinyOptions,
  tinyRecipe,
} from './testing/tiny-run.ts';

test('exports exactly this', () => {
  const names = ['fineTune', 'indexedDbStore', 'paper', 'people', 'quick', 'train'];
  expect(Object.keys(surface).sort()).toEqual(names);
});

/** What a page gets, with ONNX Runtime from a folder; or Node, with `util` of its own for tfjs. */
async function bundled(contents: string, runtimes: string, place: 'page' | 'node' = 'page') {
  const external = (path: string) => ({ path, external: true });
  const elsewhere = {
    name: 'elsewhere',
    setup({
      onResolve,
    }: {
      onResolve: (at: { filter: RegExp }, to: (from: { path: string }) => object) => void;
    }) {
      onResolve({ filter: /^onnxruntime-web\// }, ({ path }) =>
        external(`${runtimes}/ort.${path.split('/')[1]}.bundle.min.mjs`),
      );
      if (place === 'node') onResolve({ filter: /^util$/ }, () => external('node:util'));
    },
  };
  const required =
    "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    ...{ bundle: true, minify: true, format: 'esm', platform: 'browser', write: false },
    plugins: [elsewhere],
    ...(place === 'node' && { banner: { js: required } }),
  });
  return outputFiles[0]!.contents;
}

test('has the size that the README gives', async () => {
  const bytes = await bundled("export { train, people, indexedDbStore } from '@hm/train/browser';", '');
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, stated] = /\((\d+) kB compressed/.exec(readme)!;
  expect(Math.abs(gzipSync(bytes).length / 1000 - Number(stated))).toBeLessThan(3);
});

const chromium = installedChromium();
const runtimeFolder = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/wasm'));
const IN_NODE = "import { runInNode } from './testing/page-run-in-node.mjs'; await runInNode();";
/** Puts the module where the test can call it. */
const PAGE = `<!doctype html><script type="module">import * as page from '/page.mjs'; window.page = page;</script>`;
const entry = "export { tinyRun, indexedDbStore } from './testing/page-entry.mjs';";

interface Entry {
  tinyRun(faces: unknown, store: PageStore, options?: object): Promise<{ kinds: string[]; model: number }>;
  indexedDbStore(run: string): PageStore;
}

describe.skipIf(chromium === undefined)('in Chromium', () => {
  let folder: string;
  let server: Server;
  let browser: Browser;
  let address: string;
  let faces: { name: string; images: string[] }[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hm-train-page-'));
    const inPage = await bundled(entry, '');
    const types: Record<string, string> = { mjs: 'text/javascript', wasm: 'application/wasm' };
    server = createServer(async (request, response) => {
      const name = request.url!.slice(1);
      const ending = types[name.split('.').at(-1)!];
      response.setHeader('Content-Type', ending ?? 'text/html');
      if (name === 'page.mjs') response.end(inPage);
      else response.end(ending ? await readFile(join(runtimeFolder, name)) : PAGE);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await launchChromium(chromium!);
    faces = [];
    for (let index = 0; index < tinyFaces.length; index++) {
      const { image, label } = await tinyFaces.sample(index);
      const { pixels } = image as { pixels: Uint8Array };
      faces[label] ??= { name: tinyFaces.name(label), images: [] };
      faces[label].images.push(Buffer.from(pixels).toString('base64'));
    }
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A tab of the same browser, in which a run goes through, and its newest checkpoint. */
  async function inTab(page: Page, name: string, options: object = {}) {
    await page.goto(address);
    await page.waitForFunction(() => 'page' in globalThis);
    return page.evaluate(
      async ([faces, name, options]) => {
        const { tinyRun, indexedDbStore } = (globalThis as unknown as { page: Entry }).page;
        const store = indexedDbStore(name);
        const { kinds, model } = await tinyRun(faces, store, options);
        const bytes = (await store.bytes())!;
        return { kinds, model, checkpoint: Array.from(bytes) };
      },
      [faces, name, options] as const,
    );
  }
  const stateOf = async (bytes: number[]) => (await decodeCheckpoint(Uint8Array.from(bytes), 'page')).state;

  test('a run has the bits of Node’s over WebAssembly, also paused and resumed in a new tab', async () => {
    const page = await (await browser.newContext()).newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const straight = await inTab(page, 'straight', { exports: true });
    expect(straight.kinds.filter((kind) => kind === 'step').length).toBe(4);
    expect(straight.kinds.at(-1)).toBe('done');
    expect(straight.model).toBeGreaterThan(1000);

    const paused = await inTab(page, 'paused', { pauseAt: 2 });
    expect(paused.kinds.at(-1)).toBe('stopped');
    const next = await page.context().newPage();
    const resumed = await inTab(next, 'paused', { resume: true });
    const state = await stateOf(straight.checkpoint);
    expect(differing(await stateOf(resumed.checkpoint), state)).toEqual([]);
    expect(differing(await stateOf(paused.checkpoint), state)).not.toEqual([]);
    await expect(inTab(next, 'paused')).rejects.toThrow(/resume: true/);
    expect(asked.filter((url) => !url.startsWith(address))).toEqual([]);
    await page.context().close();

    const [script, input, output] = ['node.mjs', 'faces.json', 'state.bin'].map((name) => join(folder, name));
    const inNodeToo = await bundled(IN_NODE, pathToFileURL(runtimeFolder).href, 'node');
    await writeFile(script!, inNodeToo);
    await writeFile(input!, JSON.stringify(faces));
    await promisify(execFile)(process.execPath, [script!, input!, output!]);
    expect(differing(decodeSafetensors(await readFile(output!)).tensors, state)).toEqual([]);

    const [native, asFile] = [await temporaryFolder(), await temporaryFolder()];
    await eventsOf(tinyOptions(native, { recipe: { ...tinyRecipe, epochs: 1 } }));
    await mkdir(join(asFile, 'checkpoints'));
    const path = join(asFile, 'checkpoints/step-00000004.safetensors');
    await writeFile(path, Uint8Array.from(straight.checkpoint));
    const [inNode, ofPage] = [await loadRun(native), await loadRun(asFile)];
    expect(ofPage.config).toEqual(inNode.config);
    expect(ofPage.progress.step).toBe(inNode.progress.step);
    const near = Object.entries(inNode.state).every(([name, { data }]) =>
      data.every((value, index) => Math.abs(Number(value) - Number(ofPage.state[name]!.data[index])) < 1e-3),
    );
    expect(near).toBe(true);
    expect((await exportRun(asFile, { backbone: tinyBackbone() })).length).toBe(straight.model);
  }, 120_000);

  test('on WebGPU, where there is a software driver, a run comes near that over WebAssembly', async (context) => {
    const withGpu = await launchWithSoftwareGpu(chromium!);
    try {
      const page = await withGpu.newPage();
      await page.goto(address);
      const gpu = await page.evaluate(async () => {
        const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
        return Boolean(await gpu?.requestAdapter());
      });
      if (!gpu) {
        console.log('training on WebGPU in a page is not tested: this Chromium has no adapter');
        return context.skip();
      }
      const onGpu = await inTab(page, 'gpu', { provider: 'webgpu', pauseAt: 2 });
      expect(onGpu.kinds.at(-1)).toBe('stopped');
      const resumed = await inTab(page, 'gpu', { provider: 'webgpu', resume: true });
      expect(resumed.kinds.at(-1)).toBe('done');
      const [gpuState, cpuState] = await Promise.all(
        [resumed, await inTab(page, 'cpu')].map(({ checkpoint }) => stateOf(checkpoint)),
      );
      for (const [name, { data }] of Object.entries(cpuState!)) {
        const far = data.findIndex(
          (value, i) => !(Math.abs(Number(value) - Number(gpuState![name]!.data[i])) < 1e-3),
        );
        expect([name, far]).toEqual([name, -1]);
      }
    } finally {
      await withGpu.close();
    }
  }, 240_000);
});
