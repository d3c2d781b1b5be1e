import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alignImage, chooseFace, loadMtcnn } from '@hm/align';
import { defaultPreprocessing, preprocessingToMetadata } from '@hm/datasets';
import { loadEmbedder, pairDistances } from '@hm/eval';
import { decodeImage } from '@hm/images';
import { withMetadata } from '@hm/onnx/session';
import { openRecognizer } from '@hm/recognize';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyModel } from '../../packages/eval/src/testing/tiny-model.ts';
import { installedChromium, launchChromium, launchWithSoftwareGpu } from '../chromium.ts';
import { contrastFaults } from '../contrast.ts';
import { sharedData } from '../test-data.ts';

const chromium = installedChromium();
const data = sharedData();
if (data === undefined) console.log('demo.test.ts is skipped: no shared data (set HM_DATA)');

const lfw = (person: string, image: number) =>
  join(data!, 'lfw/images', person, `${person}_${String(image).padStart(4, '0')}.jpg`);

/** An evaluation whose thresholds lie between the two pairs below, at both rates. */
const evaluation = {
  ...{ model: 'face.onnx', protocol: 'LFW', flip: 'off', distance: 'squared-euclidean' },
  tarAtFar: [
    { far: 0.1, threshold: 1.7, impostors: 3000 },
    { far: 0.001, threshold: 1.2, impostors: 3000 },
    { far: 0.0001, threshold: null, impostors: 3000 },
  ],
};

/** A linear map of the pixels to eight numbers, and after it an operator of one's own choice. */
function linearModel(height = 112, width = 112, last = 'Identity'): Uint8Array {
  const pixels = 3 * height * width;
  const linear = tinyModel({
    inputs: { input: ['N', 3, height, width] },
    nodes: [
      ['Flatten', ['input'], 'flat', { axis: 1 }],
      ['MatMul', ['flat', 'weight'], 'product'],
      [last, ['product'], 'embedding'],
    ],
    outputs: { embedding: ['N', 8] },
    constants: {
      weight: { shape: [pixels, 8], values: Array.from({ length: pixels * 8 }, (_, k) => Math.sin(k * k)) },
    },
  });
  return withMetadata(linear, preprocessingToMetadata({ ...defaultPreprocessing, height, width }));
}

/** A software driver compiles a network's many shaders for half a minute; `HM_SLOW=1` runs the real one. */
const modelForSoftwareDriver = (real: Uint8Array) => (process.env.HM_SLOW ? real : linearModel());

describe.skipIf(chromium === undefined || data === undefined)('the page', () => {
  let folder: string;
  let server: ChildProcess;
  let address: string;
  let browser: Browser;
  let model: Uint8Array;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hm-demo-test-'));
    const bytes = new Uint8Array(readFileSync(join(data!, 'models/mobilefacenet.onnx')));
    model = withMetadata(bytes, preprocessingToMetadata(defaultPreprocessing));
    writeFileSync(join(folder, 'face.onnx'), model);
    writeFileSync(join(folder, 'lfw.json'), JSON.stringify(evaluation));
    const options = [
      '--model',
      'face.onnx',
      '--evaluation',
      'lfw.json',
      '--port',
      '0',
      '--out',
      join(folder, 'page'),
    ];
    const script = fileURLToPath(new URL('serve.mjs', import.meta.url));
    server = spawn(process.execPath, [script, ...options], { cwd: folder });
    address = await new Promise((resolve, reject) => {
      let said = '';
      const listen = (chunk: Buffer) => {
        said += chunk;
        const found = /The page is at (\S+)/.exec(said);
        if (found) resolve(found[1]!);
      };
      server.stdout!.on('data', listen);
      server.stderr!.on('data', listen);
      server.once('exit', () => reject(new Error(said)));
    });
    browser = await launchChromium(chromium!);
  });
  afterAll(async () => {
    await browser?.close();
    server?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(
    path = '',
    options: Parameters<Browser['newPage']>[0] = {},
    from = browser,
    site = address,
  ) {
    const page = await from.newPage({ viewport: { width: 900, height: 800 }, ...options });
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(site) && !/^(data|blob):/.test(request.url())) said.push(request.url());
    });
    await page.goto(site + path);
    return { page, said: () => said.filter((text) => !/No available adapters/.test(text)) };
  }

  const status = (page: Page, text: RegExp, timeout = 20_000) =>
    page.waitForFunction(
      (source) => new RegExp(source).test(document.querySelector('#status')!.textContent!),
      text.source,
      { timeout },
    );

  const choose = (page: Page, panel: number, file: string) =>
    page.locator('.drop input').nth(panel).setInputFiles(file);

  async function similarity(page: Page, timeout = 20_000): Promise<number> {
    await page.locator('#verdict:not([hidden])').waitFor({ timeout });
    return Number(await page.getAttribute('#verdict', 'data-similarity'));
  }

  /** Waits for a similarity to 1e-3. */
  const shown = (page: Page, expected: number, timeout = 20_000) =>
    page.waitForFunction(
      (value) => Math.abs(Number(document.getElementById('verdict')!.dataset.similarity) - value) < 1e-3,
      expected,
      { timeout },
    );

  const genuine = () => [lfw('Abel_Pacheco', 1), lfw('Abel_Pacheco', 4)] as const;
  const impostors = () => [lfw('Abdel_Madi_Shabneh', 1), lfw('Dean_Barker', 1)] as const;

  it('teaches a network people whose photographs stay here: paused, gone on with after a reload, compared, saved', async () => {
    const { page, said } = await open('teach.html', { viewport: { width: 360, height: 740 } });
    const names = readdirSync(join(data!, 'lfw/images'))
      .filter((name) => readdirSync(join(data!, 'lfw/images', name)).length >= 3)
      .slice(0, 2);
    const addPeople = async () => {
      await status(page, /^face\.onnx, images of 112 × 112/);
      for (const name of names) {
        const folder = join(data!, 'lfw/images', name);
        const files = readdirSync(folder).slice(0, 3);
        await page.fill('#person', name);
        await page.setInputFiles(
          '#photographs',
          files.map((file) => join(folder, file)),
        );
        await page.click('#add button');
        await page.fill('#person', 'the next one');
        await status(page, new RegExp(`^3 faces of ${name} added`));
        expect(await page.inputValue('#person')).toBe('the next one');
      }
      // More steps than go by between two looks at the page: each epoch is one.
      await page.fill('#epochs', '6');
      await page.dispatchEvent('#epochs', 'change');
    };
    expect(await page.isDisabled('#train')).toBe(true);
    await addPeople();
    await page.dblclick('#train:not([disabled])');
    await status(page, /^Epoch \d of 6, step \d of 6: loss [\d.]+, /, 60_000);
    await page.click('#pause');
    await status(page, /^Paused/, 60_000);
    await page.reload();
    await addPeople();
    await page.locator('#train', { hasText: 'Go on' }).click();
    await status(page, /^Done/, 60_000);
    const rows = await page.locator('#scores tr').allTextContents();
    expect(rows).toEqual([
      expect.stringMatching(/^most like their own person[012] of 2[012] of 2$/),
      expect.stringMatching(/^similarity to their own person0\.\d{3}0\.\d{3}$/),
      expect.stringMatching(/^similarity to the nearest other-?0\.\d{3}-?0\.\d{3}$/),
    ]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await page.evaluate(contrastFaults)).toEqual([]);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save')]);
    const taught = await loadEmbedder(await download.path());
    expect([taught.embeddingSize, taught.preprocessing]).toEqual([128, defaultPreprocessing]);
    await taught.release();
    await page.click('#forget');
    await page.locator('#train', { hasText: /^Train$/ }).waitFor();
    const untrainable = linearModel(112, 112, 'Hardmax');
    await page.setInputFiles('#model', { name: 'odd.onnx', mimeType: '', buffer: Buffer.from(untrainable) });
    await status(page, /^odd\.onnx, images of 112 × 112/);
    await page.click('#train:not([disabled])');
    await status(page, /^(?!Something went wrong).*Hardmax/);
    expect(said()).toEqual([]);
    await page.close();
  }, 240_000);

  it('gives Node’s similarity of a genuine and an impostor pair, and a verdict at a chosen rate', async () => {
    const [detector, embedder] = await Promise.all([loadMtcnn(), loadEmbedder(model, { threads: 1 })]);
    const align = async (path: string) => {
      const image = await decodeImage({ path });
      return alignImage(image, chooseFace(await detector.detect(image), image)!.landmarks);
    };
    const inNode = async (paths: readonly string[]) => {
      const embeddings = await embedder.embed(await Promise.all(paths.map(align)));
      return 1 - pairDistances(embeddings, [{ first: 0, second: 1 }], 'cosine')[0]!;
    };
    const { page, said } = await open();
    await status(page, /^face\.onnx runs on WebAssembly, 128 numbers a face/);
    await choose(page, 0, genuine()[0]);
    await choose(page, 1, genuine()[1]);
    await shown(page, await inNode(genuine()));
    expect(await page.textContent('#answer')).toBe('Accepted as one person');
    expect(await page.locator('.count').allTextContents()).toEqual(['One face found.', 'One face found.']);
    await choose(page, 0, impostors()[0]);
    await choose(page, 1, impostors()[1]);
    await shown(page, await inNode(impostors()));
    expect(await page.textContent('#answer')).toBe('Not accepted as one person');
    expect(await page.textContent('#detail')).toContain('accepted above 0.4000');
    await page.selectOption('#rate', { label: '0.1 (1 in 10)' });
    await page.waitForFunction(() =>
      document.querySelector('#detail')!.textContent!.includes('accepted above 0.1500'),
    );
    const calibration = { model: 'face.onnx', thresholds: [{ far: 0.01, threshold: 0.5, impostors: 3000 }] };
    writeFileSync(join(folder, 'calibration.json'), JSON.stringify(calibration));
    await page.locator('#evaluation').setInputFiles(join(folder, 'calibration.json'));
    await page.waitForFunction(() =>
      document.querySelector('#detail')!.textContent!.includes('accepted above 0.5000'),
    );
    expect(said()).toEqual([]);
    await Promise.all([detector.release(), embedder.release()]);
  });

  it('needs no model, enrolls people and knows them again, as files that any server serves', async () => {
    const site = join(folder, 'site');
    const script = fileURLToPath(new URL('serve.mjs', import.meta.url));
    execFileSync(process.execPath, [script, '--static', site]);
    const files = createServer((request, response) => {
      const name = new URL(request.url!, 'http://page').pathname.replace(/\/$/, '/index.html');
      const types: Record<string, string> = {
        html: 'text/html',
        js: 'text/javascript',
        mjs: 'text/javascript',
      };
      const kind = { css: 'text/css', wasm: 'application/wasm', ...types }[name.split('.').at(-1)!];
      response.setHeader('Content-Type', kind ?? 'application/octet-stream');
      response.end(readFileSync(join(site, name)));
    }).listen(0, '127.0.0.1');
    await once(files, 'listening');
    const { port } = files.address() as AddressInfo;
    const { page, said } = await open(
      '',
      { viewport: { width: 360, height: 740 } },
      browser,
      `http://127.0.0.1:${port}/`,
    );
    try {
      await status(page, /^dlib runs on WebAssembly, 128 numbers a face\..*Public domain/, 60_000);
      await choose(page, 0, genuine()[0]);
      await choose(page, 1, genuine()[1]);
      const recognizer = await openRecognizer();
      await shown(page, (await recognizer.verify(genuine()[0], genuine()[1])).similarity);
      await recognizer.release();
      expect(await page.textContent('#answer')).toBe('Accepted as one person');
      await page.fill('#person', 'Abel');
      await page.getByRole('button', { name: 'Enroll' }).click();
      await status(page, /^Abel is enrolled, with 1 photograph\./);
      await page
        .getByText(/^Abel \(similarity [01]\.\d+\)/)
        .nth(1)
        .waitFor();
      await choose(page, 1, impostors()[1]);
      await page.getByText(/^Nobody who is enrolled; most like Abel/).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      expect(await page.evaluate(contrastFaults)).toEqual([]);
      await page.reload();
      await page.getByRole('button', { name: 'Forget Abel' }).click();
      await status(page, /^Abel is forgotten/);
      expect(await page.locator('#enrolled li').count()).toBe(0);
      expect(said()).toEqual([]);
    } finally {
      await page.close();
      files.close();
    }
  }, 120_000);

  it('says that there is no face, and that a file is no image or no model', async () => {
    const { page } = await open();
    await status(page, /runs on/);
    const blank = await page.evaluate(() => {
      const canvas = document.createElement('canvas');
      return canvas.toDataURL('image/png').split(',')[1]!;
    });
    writeFileSync(join(folder, 'blank.png'), Buffer.from(blank, 'base64'));
    writeFileSync(join(folder, 'text.png'), 'no image');
    await choose(page, 0, join(folder, 'blank.png'));
    await page.getByText('No face found.').waitFor();
    await choose(page, 1, join(folder, 'text.png'));
    await status(page, /could not be decoded/);
    await page.locator('#evaluation').setInputFiles(join(folder, 'text.png'));
    await status(page, /expected what `hm eval MODEL` writes with --out or --calibration/);
    await page.locator('#model').setInputFiles(join(folder, 'text.png'));
    await status(page, /expected .*(ONNX|model)/);
    await page.close();
  });

  it('asks how images are prepared where the model does not say it', async () => {
    const { page } = await open();
    await status(page, /runs on/);
    await page.locator('#model').setInputFiles(join(data!, 'models/mobilefacenet.onnx'));
    await status(page, /^mobilefacenet\.onnx does not say how its images are prepared/);
    for (const [id, value] of Object.entries({ height: '112', width: '112', mean: '127.5', scale: '128' })) {
      await page.fill(`#${id}`, value);
    }
    await page.selectOption('#channels', 'rgb');
    await page.getByRole('button', { name: 'Load the model' }).click();
    await status(page, /^mobilefacenet\.onnx runs on WebAssembly/);
    await choose(page, 0, genuine()[0]);
    await choose(page, 1, genuine()[1]);
    await similarity(page);
    expect(await page.textContent('#detail')).toContain(
      'the evaluation is of face.onnx, and this is mobilefacenet.onnx',
    );
    await page.close();
  });

  it('takes a model of another size, with Node’s similarity', async () => {
    const small = linearModel(64, 64);
    writeFileSync(join(folder, 'small.onnx'), small);
    const { page, said } = await open();
    await status(page, /runs on/);
    await page.locator('#model').setInputFiles(join(folder, 'small.onnx'));
    await status(page, /^small\.onnx runs on WebAssembly, 8 numbers a face/);
    await choose(page, 0, genuine()[0]);
    await choose(page, 1, genuine()[1]);
    const recognizer = await openRecognizer(small);
    await shown(page, (await recognizer.verify(...genuine(), { threshold: 0.5 })).similarity);
    await recognizer.release();
    expect(said()).toEqual([]);
    await page.close();
  });

  it('takes a dropped file', async () => {
    const { page } = await open();
    await status(page, /runs on/);
    const bytes = readFileSync(genuine()[0]).toString('base64');
    const transfer = await page.evaluateHandle((base64) => {
      const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], 'dropped.jpg', { type: 'image/jpeg' }));
      return transfer;
    }, bytes);
    await page.locator('.drop').first().dispatchEvent('drop', { dataTransfer: transfer });
    await page.getByText('One face found.').waitFor();
    await page.close();
  });

  it.each(['light', 'dark'] as const)(
    'fits a telephone, is readable and works by keyboard, %s',
    async (colorScheme) => {
      const { page, said } = await open('', { viewport: { width: 360, height: 740 }, colorScheme });
      await status(page, /runs on/);
      await choose(page, 0, genuine()[0]);
      await choose(page, 1, genuine()[1]);
      await similarity(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      expect(await page.evaluate(contrastFaults)).toEqual([]);
      const reached: string[] = [];
      for (let key = 0; key < 7; key++) {
        await page.keyboard.press('Tab');
        reached.push(
          await page.evaluate(
            () =>
              document.activeElement!.id ||
              (document.activeElement!.getAttribute('aria-label') ?? document.activeElement!.textContent!),
          ),
        );
      }
      const inOrder = [
        'Teach a network your people',
        'provider',
        'model',
        'evaluation',
        'rate',
        'Choose the first photograph',
        'Choose the second photograph',
      ];
      expect(reached).toEqual(inOrder);
      expect(said()).toEqual([]);
      await page.close();
    },
  );

  it('runs on WebGPU where there is a software Vulkan driver, with the same similarity', async (context) => {
    const withGpu = await launchWithSoftwareGpu(chromium!);
    try {
      const { page } = await open('', {}, withGpu);
      await status(page, /runs on/);
      if (await page.locator('#provider option[value=webgpu]').isDisabled()) {
        console.log('the page on WebGPU is not tested: this Chromium has no adapter');
        return context.skip();
      }
      writeFileSync(join(folder, 'gpu.onnx'), modelForSoftwareDriver(model));
      await page.locator('#model').setInputFiles(join(folder, 'gpu.onnx'));
      await status(page, /^gpu\.onnx runs on/);
      await choose(page, 0, genuine()[0]);
      await choose(page, 1, genuine()[1]);
      const inWebAssembly = await similarity(page);
      await page.evaluate(() => delete document.getElementById('verdict')!.dataset.similarity);
      await page.selectOption('#provider', 'webgpu');
      await shown(page, inWebAssembly, 100_000);
      expect(await page.textContent('#status')).toMatch(/^gpu\.onnx runs on WebGPU/);
    } finally {
      await withGpu.close();
    }
  }, 110_000);
});

it.skipIf(chromium === undefined)('a model that is not there ends the command with a message', async () => {
  const script = fileURLToPath(new URL('serve.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, '--model', 'no-such.onnx']);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(1);
  expect(said).toContain('no-such.onnx');
});

it.each([
  ['--help', 0, /^Usage: npm run demo/],
  ['--modle', 1, /Unknown option '--modle'[\s\S]*Usage: npm run demo/],
  ['--port=abc', 1, /^--port is a number from 0 to 65535, not abc/],
])('%s is answered without a page or a stack', async (option, status, text) => {
  const script = fileURLToPath(new URL('serve.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, option]);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(status);
  expect(said).toMatch(text);
  expect(said).not.toContain('    at ');
});

it.each(['--static', '--out'])('%s leaves a folder alone that holds something else', async (option) => {
  const own = mkdtempSync(join(tmpdir(), 'hm-demo-own-'));
  for (const name of ['settings.json', 'index.html', 'thesis.txt']) writeFileSync(join(own, name), name);
  const script = fileURLToPath(new URL('serve.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, option, own]);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  try {
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
    expect(said).toContain('name an empty or a new folder');
    for (const name of readdirSync(own)) expect(readFileSync(join(own, name), 'utf8')).toBe(name);
    expect(readdirSync(own)).toHaveLength(3);
  } finally {
    rmSync(own, { recursive: true });
  }
});
