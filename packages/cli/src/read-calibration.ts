import type { ModelCalibration } from '@hm/eval';
import { readRegularText } from '@hm/tensor/files';
import { InvalidDataError } from '@hm/tensor/host';

/**
 * Reads what `hm eval --calibration` wrote.
 *
 * @throws {InvalidDataError} if it is missing or something else.
 */
export async function readCalibration(path: string): Promise<ModelCalibration> {
  try {
    const found: unknown = JSON.parse(await readRegularText(path));
    const { isModelCalibration } = await import('@hm/eval');
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
