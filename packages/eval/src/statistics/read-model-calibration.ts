import { readRegularText } from '@hm/tensor/files';
import { checkArguments, InvalidDataError } from '@hm/tensor/host';
import { isModelCalibration, type ModelCalibration } from './model-calibration.ts';

/**
 * Reads a calibration from a JSON file, such as `hm eval --calibration` writes.
 *
 * @throws {InvalidDataError} if the file is missing or is not a calibration.
 * @example
 * const recognizer = await openRecognizer('face.onnx', { calibration: await readModelCalibration('face.json') });
 */
export async function readModelCalibration(path: string): Promise<ModelCalibration> {
  checkArguments('readModelCalibration', { path }, { path: 'string' });
  try {
    const found: unknown = JSON.parse(await readRegularText(path));
    if (isModelCalibration(found)) return found;
  } catch (cause) {
    throw notACalibration(path, cause instanceof Error ? cause.message : cause, cause);
  }
  throw notACalibration(path, 'other JSON');
}

const notACalibration = (path: string, received: unknown, cause?: unknown) =>
  new InvalidDataError({
    where: path,
    expected: 'a calibration of a model',
    received,
    fix: 'Write one: hm eval MODEL --lfw ALIGNED --calibration FILE.',
    fields: { path },
    cause,
  });
