import { expect, test } from 'vitest';
import * as datasets from './index.ts';

test('the public surface', () => {
  expect(Object.keys(datasets).sort()).toEqual([
    'adaFace',
    'batches',
    'checkTrainable',
    'createLoader',
    'decodeImage',
    'defaultPreprocessing',
    'encodedSamples',
    'flipOnly',
    'imageFolder',
    'imageList',
    'inMemory',
    'lfwPairs',
    'normalizeInto',
    'parsePairs',
    'preprocessingFromMetadata',
    'preprocessingToMetadata',
    'readNameList',
    'recordIo',
    'standard',
    'syntheticFaces',
    'syntheticPairs',
    'tarShards',
    'verificationBin',
    'writeRecordIo',
    'writeTarShards',
    'writeVerificationBin',
  ]);
});
