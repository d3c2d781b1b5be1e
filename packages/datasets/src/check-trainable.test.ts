import { expect, test } from 'vitest';
import { checkTrainable } from './check-trainable.ts';
import type { Dataset } from './dataset.ts';

const dataset = (classes: number, length: number): Dataset => ({
  ...{ classes, length, labels: new Int32Array(length), name: String },
  sample: (index) => ({ image: { bytes: new Uint8Array() }, label: 0, id: `${index}` }),
});

test.each([
  [2, 1],
  [1000, 3],
  [20_000, 10_000],
])('%i identities in %i images can be trained on', (classes, length) => {
  expect(() => checkTrainable(dataset(classes, length))).not.toThrow();
});

test.each([
  [2_147_483_647, 32],
  [1001, 500],
  [20_001, 10_000],
])('%i identities in %i images are refused', (classes, length) => {
  expect(() => checkTrainable(dataset(classes, length))).toThrow(
    `identities that ${length} images can be of, got ${classes}`,
  );
});
