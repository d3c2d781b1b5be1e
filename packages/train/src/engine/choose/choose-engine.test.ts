import { afterAll, expect, test } from 'vitest';
import { eventsOf, ofKind, temporaryFolder, tinyOptions } from '../../testing/tiny-run.ts';
import { describeEngines } from './describe-engines.ts';
import { probeEngine } from './probe-engine.ts';

// Graphics in software would be measured for long, and lose.
const drivers = process.env.VK_ICD_FILENAMES;
process.env.VK_ICD_FILENAMES = '/no/driver.json';
afterAll(() => {
  if (drivers === undefined) delete process.env.VK_ICD_FILENAMES;
  else process.env.VK_ICD_FILENAMES = drivers;
});

test('auto trains on the fastest engine that runs here, and tells which and why', async () => {
  const events = await eventsOf(tinyOptions(await temporaryFolder(), { engine: 'auto' }));
  expect(events.slice(0, 2).map(({ kind }) => kind)).toEqual(['engine', 'start']);
  const [chosen] = ofKind(events, 'engine');
  expect(chosen!.reason).toMatch(/^[\d.]+ ms for a small step$/);
  expect(ofKind(events, 'start')[0]!.engine).toBe(chosen!.engine);
  const reports = await describeEngines();
  expect(reports.find(({ name }) => name === chosen!.engine)).toMatchObject({ usable: true, fix: '' });
  for (const { name, usable, reason } of reports) {
    if (name === chosen!.engine || name === 'tfjs-cpu') continue;
    const other = chosen!.others.find(({ engine }) => engine === name)!;
    if (usable) expect(other.reason).toMatch(/ms for a small step/);
    else expect(other.reason).toBe(reason);
  }
});

test('every engine has a verdict, and those that do not run a cure', async () => {
  const reports = await describeEngines();
  expect(reports.map(({ name }) => name)).toEqual([
    ...['onnx cpu', 'onnx webgpu', 'onnx cuda', 'onnx coreml', 'onnx dml'],
    ...['tfjs-tensorflow', 'tfjs-webgpu', 'tfjs-cpu'],
  ]);
  for (const { usable, reason, fix } of reports) {
    expect(reason).not.toBe('');
    expect(fix === '').toBe(usable);
  }
  expect(reports.at(-1)).toMatchObject({ usable: true, reason: 'JavaScript on one core' });
});

test('an engine that cannot be tried', async () => {
  const { problem } = await probeEngine({ kind: 'tfjs', backend: 'none' as 'cpu' }, false);
  expect(problem).toMatch(/not a function/);
});
