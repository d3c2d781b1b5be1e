import {
  defaultPreprocessing,
  type Preprocessing,
  preprocessingToMetadata,
} from '@hm/datasets/preprocessing';
import type { ModelCalibration } from '@hm/eval/browser';
import { withMetadata } from '@hm/onnx/session';
import { checkOptions, InvalidArgumentError, sha256Of } from '@hm/tensor/host';
import { calibrationToMetadata } from './calibration-metadata.ts';
import { mobileFaceNetCalibrations } from './mobile-face-net-calibrations.ts';

/** How the networks of a project expect their images, where they come from, and how they may be used. */
export interface Convention {
  /** Published files that follow the convention. */
  files: string;
  /** URL of the publication. */
  source: string;
  /** SHA-256, by name, of files that never change. */
  sha256: Readonly<Record<string, string>>;
  preprocessing: Preprocessing;
  license: string;
  /** Training data. */
  trainedOn: string;
  /** Whether the people in the training photographs were asked, and whether they can ask to be removed. */
  leavingOut: string;
  /** Our measurements; if there are several files, of the one in `sha256`. */
  measured?: readonly MeasuredScore[];
  /** Thresholds for false accept rates with intervals, for each `flip`. */
  calibrations?: readonly ModelCalibration[];
}

/** A score on a protocol. */
export interface MeasuredScore {
  protocol: string;
  flip: 'off' | 'sum';
  accuracy: number;
  /** Standard error of the mean over the folds. */
  standardError: number;
  equalErrorRate: number;
  command: string;
  processor: string;
}

/** Protocol and processor of every score. */
export const measuredOnLfw = {
  protocol: 'LFW View 2, 6000 pairs',
  processor: '2 cores of an AMD EPYC (family 25, model 1: Zen 3, "Milan")',
};

const mobileFaceNetCommand =
  'hm align lfw lfw-112 --prefer center --no-face center --center-fraction 0.45; hm eval mobilefacenet.onnx --lfw lfw-112 --pairs lfw/pairs.txt --threads 1';

const insightface = { ...defaultPreprocessing, scale: 127.5 };
const nobodyAsked =
  'Collected from the web: nobody was asked, and nobody can ask to be left out of a trained file';

/** Published networks, by name. */
export const conventions: Readonly<Record<string, Convention>> = {
  insightface: {
    files: 'InsightFace: buffalo_l, buffalo_s, antelopev2 and its ArcFace networks',
    source: 'https://github.com/deepinsight/insightface/tree/master/model_zoo',
    sha256: {},
    preprocessing: insightface,
    license: 'Non-commercial research only, by InsightFace',
    trainedOn: 'buffalo: WebFace600K; antelopev2: Glint360K; others: MS1M',
    leavingOut: nobodyAsked,
  },
  adaface: {
    files: 'AdaFace, exported to ONNX',
    source: 'https://github.com/mk-minchul/AdaFace',
    sha256: {},
    preprocessing: { ...insightface, channels: 'bgr' },
    license: 'MIT; trained on data for non-commercial research',
    trainedOn: 'CASIA-WebFace, VGGFace2, MS1MV2, MS1MV3 or WebFace4M and 12M, by its file',
    leavingOut: nobodyAsked,
  },
  sface: {
    files: 'SFace of the OpenCV Zoo: face_recognition_sface_2021dec.onnx',
    source: 'https://github.com/opencv/opencv_zoo/tree/main/models/face_recognition_sface',
    sha256: {
      'face_recognition_sface_2021dec.onnx':
        '0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79',
    },
    preprocessing: { ...defaultPreprocessing, mean: 0, scale: 1 },
    license: 'Apache-2.0',
    trainedOn: 'CASIA-WebFace, VGGFace2 or MS1MV2; the file does not say which',
    leavingOut: nobodyAsked,
  },
  facenet: {
    files: 'FaceNet: the InceptionResnetV1 of facenet-pytorch, exported to ONNX, and like ports',
    source: 'https://github.com/timesler/facenet-pytorch',
    sha256: {},
    preprocessing: { ...defaultPreprocessing, height: 160, width: 160, template: 'facenet-160x160' },
    license: 'MIT; trained on data for non-commercial research',
    trainedOn: 'VGGFace2 or CASIA-WebFace, by its file',
    leavingOut: nobodyAsked,
  },
  mobilefacenet: {
    files: 'MobileFaceNet with inputs (x - 127.5) / 128',
    source: 'Many',
    sha256: { 'mobilefacenet.onnx': '8cba0c9041fefd5a8bcc74b5756856a4fdc7fd4a4b3b330a1adb436ca39c7c8e' },
    preprocessing: defaultPreprocessing,
    license: 'That of the file’s publisher',
    trainedOn: 'Ask the file’s publisher',
    leavingOut: 'Ask the file’s publisher',
    measured: [
      {
        ...{ ...measuredOnLfw, flip: 'off', accuracy: 0.9928, standardError: 0.0009, equalErrorRate: 0.0077 },
        command: mobileFaceNetCommand,
      },
      {
        ...{ ...measuredOnLfw, flip: 'sum', accuracy: 0.9928, standardError: 0.001, equalErrorRate: 0.0073 },
        command: `${mobileFaceNetCommand} --flip sum`,
      },
    ],
    calibrations: mobileFaceNetCalibrations,
  },
};

/** Metadata to write into a network's file. */
export interface NetworkDescription {
  /** Name of the convention in {@link conventions}. */
  like: string;
  /** Calibration for each `flip` that was calibrated. Default: those of a file that was measured here. */
  calibrations?: readonly ModelCalibration[] | undefined;
  /** Overrides the convention's license. */
  license?: string | undefined;
}

/**
 * Returns a copy of a foreign ONNX file with metadata that says how its images are prepared, so that it need not be
 * given again.
 *
 * @throws {InvalidArgumentError} if `like` is not a known convention.
 * @throws {InvalidDataError} if the bytes are not an ONNX model.
 * @example
 * await writeFile('sface.onnx', await describeNetwork(await readFile('face_recognition_sface_2021dec.onnx'), { like: 'sface' }));
 */
export async function describeNetwork(
  model: Uint8Array,
  description: NetworkDescription,
): Promise<Uint8Array> {
  const { like, license, ...given } = checkOptions('describeNetwork', description, {
    ...{ like: 'string', calibrations: 'array', license: 'string' },
  });
  const found = Object.hasOwn(conventions, like) ? conventions[like] : undefined;
  if (found === undefined) throw unknownConvention(like);
  const calibrations = given.calibrations ?? (await calibrationsOf(found, model));
  return withMetadata(model, {
    ...preprocessingToMetadata(found.preprocessing),
    ...(calibrations && calibrationToMetadata(calibrations)),
    'hm.license': license ?? found.license,
  });
}

/** Returns the calibrations of a file, if it is the one that was measured. */
const calibrationsOf = async ({ sha256, calibrations }: Convention, model: Uint8Array) =>
  Object.values(sha256).includes(await sha256Of(model)) ? calibrations : undefined;

const unknownConvention = (received: string) =>
  new InvalidArgumentError({
    where: 'describeNetwork',
    expected: `one of ${Object.keys(conventions).join(', ')}`,
    received,
    fix: 'Name one as `like` (--like), or give each setting where the network is used (--size, --mean, --scale, --channels, --template).',
  });
