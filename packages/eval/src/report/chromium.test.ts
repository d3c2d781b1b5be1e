import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installedChromium, launchChromium } from '../../../../tools/chromium.ts';
import { contrastFaults } from '../../../../tools/contrast.ts';
import { hostileResult } from '../testing/hostile-result.ts';
import { toHtml } from './to-html.ts';

const path = installedChromium();

describe.skipIf(path === undefined)('the report in Chromium', () => {
  let browser: Browser;
  let folder: string;
  let address: string;
  beforeAll(async () => {
    browser = await launchChromium(path!);
    folder = await mkdtemp(join(tmpdir(), 'hm-report-'));
    const { result, protocol } = hostileResult('<svg onload=alert(1)>.onnx');
    const { result: second } = hostileResult('second.onnx', 2);
    await writeFile(join(folder, 'report.html'), await toHtml([result, second], { thumbnails: protocol }));
    address = pathToFileURL(join(folder, 'report.html')).href;
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(width: number, colorScheme: 'light' | 'dark') {
    const page = await browser.newPage({ viewport: { width, height: 740 }, colorScheme });
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('dialog', (dialog) => said.push(dialog.message()));
    page.on('request', (request) => {
      if (!/^data:/.test(request.url())) said.push(request.url());
    });
    await page.goto(address);
    return { page, said };
  }

  const widthOf = (page: Page) => page.evaluate('document.documentElement.scrollWidth');

  test.each([
    [360, 'light'],
    [360, 'dark'],
    [1280, 'dark'],
  ] as const)(
    '%i pixels wide, %s: nothing said, nothing loaded, nothing beyond the edge, readable',
    async (width, scheme) => {
      const { page, said } = await open(width, scheme);
      for (const details of await page.locator('details').all())
        await details.evaluate('(element) => { element.open = true }');
      expect(await widthOf(page)).toBe(width);
      expect(await page.evaluate(contrastFaults)).toEqual([]);
      expect(said).toEqual([address]);
      await page.close();
    },
  );

  test('by keyboard alone every table behind a plot can be opened and reached', async () => {
    const { page } = await open(800, 'light');
    const focused = () =>
      page.evaluate(
        'document.activeElement.tagName + " " + (document.activeElement.getAttribute("aria-label") ?? "")',
      );
    await page.keyboard.press('Tab');
    expect(await focused()).toMatch(/^SUMMARY/);
    await page.keyboard.press('Enter');
    expect(await page.locator('details').first().getAttribute('open')).not.toBeNull();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('DIV Rates and thresholds');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.close();
  });
});
