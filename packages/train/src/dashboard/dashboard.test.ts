import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { installedChromium, launchChromium } from '../../../../tools/chromium.ts';
import type { HardnessEvent, StepEvent, TrainEvent } from '../observe/events.ts';
import { type Dashboard, startDashboard } from './dashboard-server.ts';

const step = (at: number): StepEvent => ({
  ...{
    kind: 'step',
    step: at,
    steps: 40,
    epoch: 1,
    epochs: 4,
    loss: 8 / at,
    accuracy: at / 50,
    learningRate: 0.05,
  },
  ...{ imagesPerSecond: 62, secondsLeft: 65 * 60, waitShare: 0.02 },
});
const hardness: HardnessEvent = {
  ...{ kind: 'hardness', pull: [], epoch: 1, step: 10, samples: 100, easyShare: 0.25, meanGate: 1.1 },
  histogram: Array.from({ length: 20 }, (_, bin) => bin),
};
const validation: TrainEvent = {
  kind: 'validation',
  step: 10,
  name: 'accuracy',
  score: 0.875,
  best: true,
  seconds: 1,
};

let dashboard: Dashboard;
beforeEach(async () => {
  dashboard = await startDashboard({ earlier: [step(5)] });
});
afterEach(() => dashboard.close());

async function request(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const [response] = (await once(get(new URL(path, dashboard.url), { headers, method }), 'response')) as [
    IncomingMessage,
  ];
  return response;
}

describe('the server', () => {
  it('answers this machine alone, with a policy that lets the page load nothing else', async () => {
    const page = await request('/');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'/);
    page.resume();
    for (const [path, headers, status] of [
      ['/', { host: 'example.org' }, 403],
      ['/events', { host: '127.0.0.1.example.org' }, 403],
      ['/run.json', {}, 404],
    ] as const) {
      const response = await request(path, headers);
      expect([path, response.statusCode]).toEqual([path, status]);
      response.resume();
    }
    expect(new URL(dashboard.url).hostname).toBe('127.0.0.1');
  });

  it('tells what came before, then what comes, then that it ends', async () => {
    const response = await request('/events');
    let text = '';
    response.setEncoding('utf8').on('data', (piece) => {
      text += piece;
    });
    dashboard.tell(validation);
    await once(response, 'data');
    await dashboard.close();
    await once(response, 'end');
    expect(text).toBe(
      `data: ${JSON.stringify(step(5))}\n\ndata: ${JSON.stringify(validation)}\n\nevent: end\ndata: \n\n`,
    );
    dashboard = await startDashboard();
  });

  it('ends although a page keeps its connection and does not read', async () => {
    const agent = new Agent({ keepAlive: true });
    const asked = get(new URL('/events', dashboard.url), { agent });
    await once(asked, 'response');
    for (let event = 0; event < 2000; event++) dashboard.tell(step(event));
    await dashboard.close();
    agent.destroy();
    dashboard = await startDashboard();
  });

  it('a port that is taken is an error that names it', async () => {
    const { port } = new URL(dashboard.url);
    await expect(startDashboard({ port: Number(port) })).rejects.toThrow(
      new RegExp(`startDashboard.*port ${port}.*another port`),
    );
  });
});

const chromium = installedChromium();
describe.skipIf(chromium === undefined)('the page in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium(chromium!);
  });
  afterAll(() => browser.close());

  const problems: string[] = [];
  async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    problems.length = 0;
    const page = await browser.newPage(options);
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(dashboard.url);
    return page;
  }

  it('draws what is told, as it is told', async () => {
    const page = await open();
    await page.waitForFunction("document.querySelector('#number-loss')?.textContent === '1.6'");
    for (let at = 6; at <= 10; at++) dashboard.tell(step(at));
    dashboard.tell(hardness);
    dashboard.tell(validation);
    await page.getByText('87.5 % (best)').waitFor();
    expect(await page.locator('#state').textContent()).toBe('Epoch 1 of 4, step 10 of 40.');
    expect(await page.locator('#number-left').textContent()).toBe('1 h 5 min');
    expect(await page.locator('progress').getAttribute('value')).toBe('0.25');
    const points = (await page.locator('#chart-loss polyline').getAttribute('points'))!.split(' ');
    expect(points).toHaveLength(6);
    expect([points[0], points.at(-1)]).toEqual(['0,0', '100,100']);
    expect(await page.locator('svg rect').count()).toBe(20);
    expect(await page.locator('#chart-loss svg').getAttribute('aria-label')).toBe('loss: 0.8 (0.8 to 1.6)');
    dashboard.tell({ kind: 'done', step: 40, seconds: 1, checkpoint: 'x' });
    await page.getByText('Trained.').waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('fits a phone, %s, without scrolling sideways', async (colorScheme) => {
    const page = await open({ viewport: { width: 360, height: 740 }, colorScheme });
    dashboard.tell(hardness);
    await page.locator('svg rect').last().waitFor();
    const [width, background] = (await page.evaluate(
      '[document.documentElement.scrollWidth, getComputedStyle(document.body).backgroundColor]',
    )) as [number, string];
    expect(width).toBeLessThanOrEqual(360);
    expect(background).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(22, 24, 28)');
    expect(problems).toEqual([]);
    await page.close();
  });

  it('keeps a long run in few points', async () => {
    for (let at = 1; at <= 3000; at++) dashboard.tell(step(at));
    const page = await open();
    await page.getByText('step 3000 of').waitFor();
    const points = (await page.locator('#chart-loss polyline').getAttribute('points'))!.split(' ');
    expect(points.length).toBeLessThanOrEqual(500);
    expect(points.at(-1)).toMatch(/^100,/);
    await page.close();
  });
});
