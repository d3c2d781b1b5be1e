import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedChromium, launchChromium } from '../chromium.ts';
import { contrastFaults } from '../contrast.ts';
import { modules } from './modules.mjs';

const docs = fileURLToPath(new URL('.//', import.meta.url));
const node = (...words: string[]) =>
  promisify(execFile)(process.execPath, words, { env: { ...process.env, DOCS_BASE: '/' } });

let site: string;
beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), 'hm-site-'));
  await node(join(docs, 'api.mjs'));
  await node(join(docs, '../node_modules/vitepress/bin/vitepress.js'), 'build', docs, '--outDir', site);
}, 240_000);
afterAll(() => rm(site, { recursive: true, force: true }));

/** The text of every page, by its path in the site. */
async function pages(): Promise<Map<string, string>> {
  const files = (await readdir(site, { recursive: true })).filter((file) => file.endsWith('.html'));
  return new Map(
    await Promise.all(
      files.map(async (file) => [`/${file}`, await readFile(join(site, file), 'utf8')] as const),
    ),
  );
}

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, value]) => value!);

it('has a page for each module, guide and decision', async () => {
  const built = [...(await pages()).keys()];
  for (const { name } of modules) expect(built).toContain(`/api/${name}.html`);
  for (const section of ['guide', 'decisions']) {
    const sources = (await readdir(join(docs, section)))
      .filter((file) => file.endsWith('.md'))
      .map((file) => `/${section}/${file.replace('.md', '.html')}`);
    expect(sources.length).toBeGreaterThan(5);
    expect(built).toEqual(expect.arrayContaining(sources));
  }
});

describe('links', () => {
  it('within the site lead to a page, and to a place on it', async () => {
    const texts = await pages();
    const places = new Map([...texts].map(([path, text]) => [path, new Set(all(text, /\sid="([^"]*)"/g))]));
    const broken: string[] = [];
    for (const [path, text] of texts) {
      for (const href of all(text, /<a[^>]*\shref="([^"]*)"/g)) {
        const { origin, pathname, hash } = new URL(href.replaceAll('&amp;', '&'), `http://site${path}`);
        if (origin !== 'http://site') continue;
        const target = pathname.endsWith('/') ? `${pathname}index.html` : decodeURIComponent(pathname);
        const page = places.get(target);
        const found = page
          ? hash === '' || page.has(decodeURIComponent(hash.slice(1)))
          : existsSync(join(site, target));
        if (!found) broken.push(`${path}: ${href}`);
      }
    }
    expect(broken).toEqual([]);
  });

  // Nobody follows these here: a slip of the pen in a host's name is all that this finds.
  it('out of the site lead to these hosts', async () => {
    const hrefs = [...(await pages()).values()].flatMap((text) => all(text, /\shref="(https?:[^"]*)"/g));
    expect([...new Set(hrefs.map((href) => new URL(href).host))].sort()).toEqual([
      'arxiv.org',
      'blog.dlib.net',
      'doi.org',
      'github.com',
      'vis-www.cs.umass.edu',
      'www.biometricupdate.com',
      'www.cs.tau.ac.il',
      'www.msceleb.org',
    ]);
  });
});

const path = installedChromium();

describe.skipIf(path === undefined)('in Chromium', () => {
  let browser: Browser;
  let server: PreviewServer;
  let address: string;
  beforeAll(async () => {
    server = await preview({
      configFile: false,
      logLevel: 'error',
      appType: 'mpa',
      build: { outDir: site },
      preview: { host: '127.0.0.1', port: 0 },
    });
    address = server.resolvedUrls!.local[0]!;
    browser = await launchChromium(path!);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** A page, and what it said or asked of others. */
  async function open(name: string, width = 1280, colorScheme: 'light' | 'dark' = 'light') {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(address) && !request.url().startsWith('data:')) said.push(request.url());
    });
    await page.goto(new URL(name, address).href, { waitUntil: 'networkidle' });
    return { page, said };
  }

  const headingOf = (page: Page) => page.locator('h1').first().textContent();

  it.each([
    ['index.html', 'hard-mining', 390, 'light'],
    ['index.html', 'hard-mining', 1280, 'dark'],
    ['guide/paper.html', 'The paper, step by step', 390, 'dark'],
    ['guide/comparison.html', 'How it compares', 1280, 'light'],
    ['api/@hm/tensor.html', '@hm/tensor', 390, 'dark'],
    ['api/@hm/losses.html', '@hm/losses', 1280, 'light'],
  ] as const)('%s (%s), %i pixels wide, %s: quiet, nothing beyond the edge, readable', async (...asked) => {
    const [name, heading, width, scheme] = asked;
    const { page, said } = await open(name, width, scheme);
    expect(await headingOf(page)).toContain(heading);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await page.evaluate(contrastFaults)).toEqual([]);
    expect(said).toEqual([]);
    await page.close();
  });

  it('shows the report on its first page', async () => {
    const { page } = await open('index.html');
    expect(await page.evaluate("document.querySelector('.vp-doc img').naturalWidth")).toBeGreaterThan(500);
    await page.close();
  });

  it('finds what one looks for', async () => {
    const { page, said } = await open('index.html');
    await page.locator('#local-search button').click();
    await page.locator('#localsearch-input').fill('describeHardMining');
    await page.locator('.VPLocalSearchBox .result').first().click();
    await page.waitForURL(/losses|paper/);
    expect(await page.locator('main').textContent()).toContain('describeHardMining');
    expect(said).toEqual([]);
    await page.close();
  });
});
