import {
  defaultPreprocessing,
  type Preprocessing,
  preprocessingToMetadata,
} from '@hm/datasets/preprocessing';
import type { ModelCalibration } from '@hm/eval/browser';
import { withMetadata } from '@hm/onnx/session';
import { checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import { calibrationToMetadata } from './calibration-metadata.ts';

/** How the networks of a project want their images, and what may be done with them. */
export interface Convention {
  /** Which published files follow it. */
  files: string;
  preprocessing: Preprocessing;
  license: string;
}

const insightface = { ...defaultPreprocessing, scale: 127.5 };

/** Published networks that take faces aligned by five points, by name. FaceNet's ports are not among them: they take boxes. */
export const conventions: Readonly<Record<string, Convention>> = {
  insightface: {
    files: 'InsightFace: buffalo_l, buffalo_s, antelopev2 and its ArcFace networks',
    preprocessing: insightface,
    license: 'Non-commercial research only, by InsightFace',
  },
  adaface: {
    files: 'AdaFace, exported to ONNX',
    preprocessing: { ...insightface, channels: 'bgr' },
    license: 'MIT; trained on data for non-commercial research',
  },
  sface: {
    files: 'SFace of the OpenCV Zoo: face_recognition_sface_2021dec.onnx',
    preprocessing: { ...defaultPreprocessing, mean: 0, scale: 1 },
    license: 'Apache-2.0',
  },
  mobilefacenet: {
    files: 'MobileFaceNet with inputs (x - 127.5) / 128',
    preprocessing: defaultPreprocessing,
    license: 'That of the file’s publisher',
  },
};

/** What a file is to say of itself. */
export interface NetworkDescription {
  /** A name of {@link conventions}. */
  like: string;
  /** For each use of the mirrored image that was calibrated. */
  calibrations?: readonly ModelCalibration[] | undefined;
  /** Takes the place of the convention's. */
  license?: string | undefined;
}

/**
 * A copy of a foreign ONNX file that says how its images are prepared, so that nobody is asked again.
 *
 * @throws {InvalidArgumentError} if `like` is no known convention.
 * @throws {InvalidDataError} if the bytes are no ONNX model.
 * @example
 * await writeFile('sface.onnx', describeNetwork(await readFile('face_recognition_sface_2021dec.onnx'), { like: 'sface' }));
 */
export function describeNetwork(model: Uint8Array, description: NetworkDescription): Uint8Array {
  const { like, calibrations, license } = checkOptions('describeNetwork', description, {
    ...{ like: 'string', calibrations: 'array', license: 'string' },
  });
  const found = Object.hasOwn(conventions, like) ? conventions[like] : undefined;
  if (found === undefined) throw unknownConvention(like);
  return withMetadata(model, {
    ...preprocessingToMetadata(found.preprocessing),
    ...(calibrations && calibrationToMetadata(calibrations)),
    'hm.license': license ?? found.license,
  });
}

const unknownConvention = (received: string) =>
  new InvalidArgumentError({
    where: 'describeNetwork',
    expected: `one of ${Object.keys(conventions).join(', ')}`,
    received,
    fix: 'Name one as `like` (--like), or give each setting where the network is used (--size, --mean, --scale, --channels, --template).',
  });
