import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { table } from './table.mjs';

const out = mkdtempSync(join(tmpdir(), 'hm-gpu-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

it('times steps, several of them in a call, and embeddings, on the processor as on a card', () => {
  const script = fileURLToPath(new URL('measure.mjs', import.meta.url));
  const quick = ['--batches', '1', '--size', '32', '--rounds', '1', '--calls', '1,2'];
  const options = [script, '--out', out, '--providers', 'cpu', '--only', 'benches', ...quick];
  execFileSync(process.execPath, options, { stdio: ['ignore', 'ignore', 'pipe'] });
  const result = JSON.parse(readFileSync(join(out, 'gpu.json'), 'utf8'));
  const [step, embed] = result.benches;
  const rates = Object.fromEntries(
    step.rows.map((row: { name: string; imagesPerSecond: number }) => [row.name, row.imagesPerSecond]),
  );
  expect(rates).toMatchObject({ cpu: expect.any(Number), 'cpu, 2 steps in a call': expect.any(Number) });
  expect(embed.rows[0]).toMatchObject({ name: 'cpu', imagesPerSecond: expect.any(Number) });
  expect(readFileSync(join(out, 'gpu.md'), 'utf8')).toBe(table(result));
});

it('shows every program in a column, with its ratio to PyTorch in single precision, and what did not run', () => {
  const rows = [
    { name: 'cuda', imagesPerSecond: 1500 },
    { name: 'webgpu', reason: 'ended without an answer' },
    { name: 'PyTorch fp32', imagesPerSecond: 1000 },
  ];
  const text = table({
    machine: { gpu: 'a card', processor: 'a processor', cores: 2, node: 'v20', torch: null, date: 'today' },
    providers: [{ provider: 'dml', usable: false, reason: 'not in the build' }],
    conformance: [{ provider: 'cuda', passed: 7, failed: 0, skipped: 0, failures: [] }],
    benches: [{ what: 'embed', batch: 64, size: 112, rows }],
  });
  expect(text).toBe(`a card; a processor, 2 cores; Node v20; PyTorch not there; today.

- dml: not in the build.
- Conformance on cuda: 7 passed, 0 failed, 0 skipped.

| embedding with ResNet-18, 112×112; images/s | cuda | webgpu | PyTorch fp32 |
| --- | --- | --- | --- |
| batch 64 | 1,500 (1.50) | does not run | 1,000 (1.00) |
`);
});
