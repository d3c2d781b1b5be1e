import { expect, test } from 'vitest';
import * as api from './index.ts';

test('the public names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'DLIB_FILES',
    'affine',
    'averagePool',
    'backboneByName',
    'backboneOf',
    'basicBlock',
    'conv',
    'dense',
    'dlibResNet',
    'dlibWeights',
    'flatten',
    'globalAverage',
    'identity',
    'irBlock',
    'iresnet100',
    'iresnet18',
    'iresnet34',
    'iresnet50',
    'maxPool',
    'mobileFaceNet',
    'mobileNetV4',
    'norm',
    'prelu',
    'relu',
    'residual',
    'resnet18',
    'resnet34',
    'sequential',
    'stateless',
  ]);
});
