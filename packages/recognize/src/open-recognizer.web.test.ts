import { existsSync, readdirSync } from 'node:fs';
import { defaultPreprocessing, preprocessingToMetadata } from '@hm/datasets';
import { withMetadata } from '@hm/onnx/session';
import { expect, test } from 'vitest';
import { openRecognizer } from './open-recognizer.web.ts';
import { meanColor } from './testing.ts';

const metadata = preprocessingToMetadata(defaultPreprocessing);
const model = withMetadata(meanColor(112), metadata);
/** Nothing answers there. */
const weights = 'http://127.0.0.1:9';
const TASKS = '/proc/self/task';

test.skipIf(!existsSync(TASKS)).each([
  ['the detector cannot be fetched', model, {}],
  ['its calibration cannot be read', withMetadata(model, { ...metadata, 'hm.calibration': '{}' }), {}],
  [
    'it does not say how faces are aligned',
    model,
    { preprocessing: { ...defaultPreprocessing, template: 'none' as const } },
  ],
])('a network is released if %s', async (_, bytes, options) => {
  const fail = () => expect(openRecognizer(bytes, { weights, threads: 3, ...options })).rejects.toThrow();
  await fail();
  const before = readdirSync(TASKS).length;
  for (let times = 0; times < 5; times++) await fail();
  // Each network that is left has two threads besides this one.
  expect(readdirSync(TASKS).length).toBeLessThan(before + 5);
});
