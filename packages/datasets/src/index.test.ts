import { expect, test } from 'vitest';
import * as datasets from './index.ts';

test('the public surface', () => {
  expect(Object.keys(datasets).sort()).toEqual([
    'adaFace',
    'batches',
    'casiaLfwOverlap',
    'checkTrainable',
    'createLoader',
    'decodeImage',
    'defaultPreprocessing',
    'encodedSamples',
    'excludeIdentities',
    'flipOnly',
    'imageFolder',
    'imageList',
    'inMemory',
    'lfwPairs',
    'msCeleb',
    'normalizeInto',
    'parsePairs',
    'parseSplits',
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
    'ytfPairs',
  ]);
});
