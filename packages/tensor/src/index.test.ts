import { expect, it } from 'vitest';
import * as files from './files.ts';
import * as host from './host.ts';
import * as tensor from './index.ts';

const HOST = [
  'HmError',
  'InvalidArgumentError',
  'InvalidDataError',
  'NonFiniteError',
  'Rng',
  'UnavailableError',
  'assertWithin',
  'bytesPerElement',
  'checkArguments',
  'checkOptions',
  'decodeSafetensors',
  'encodeSafetensors',
  'hostTensor',
  'hostZeros',
  'importOptional',
  'limits',
  'nearest',
  'plainBytes',
  'printable',
  'printableLines',
  'readTfjsWeights',
  'sha256Of',
  'sizeOf',
];

it('exports what the README lists', () => {
  expect(Object.keys(host).sort()).toEqual(HOST);
  expect(Object.keys(files).sort()).toEqual([
    'SafeFile',
    'isPartial',
    'lockFile',
    'lockFolder',
    'notWritable',
    'partialPath',
    'readRegularFile',
    'readRegularText',
    'regularFileSize',
    'removeLeftovers',
    'writeFileSafely',
  ]);
  expect(Object.keys(tensor).sort()).toEqual(
    [
      ...HOST,
      'ALL_REDUCE',
      'acrossRanks',
      'allReduce',
      'arcCosine',
      'assertSingleTfjs',
      'batchNormInference',
      'batchNormTrain',
      'cosineAndSine',
      'cosineLogits',
      'cosineOfShiftedAngle',
      'currentRanks',
      'customGradient',
      'describeRuntime',
      'disposeParams',
      'flattenParams',
      'groupedConvolution',
      'fromTensor',
      'fromTensors',
      'l2Normalize',
      'loadParams',
      'mapParams',
      'meanOverRanks',
      'prelu',
      'readTensor',
      'relu',
      'saveParams',
      'shiftedCosineAndSlope',
      'toTensor',
      'toTensors',
      'unflattenParams',
      'unitWeightLogits',
      'withoutGradient',
    ].sort(),
  );
});
