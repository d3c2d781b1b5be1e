import { type Flip, isModelCalibration, type ModelCalibration } from '@hm/eval/browser';
import { InvalidDataError } from '@hm/tensor/host';

const key = 'hm.calibration';

/** Returns metadata entries that store calibrations in an ONNX file: one, `hm.calibration`, as a JSON list. */
export const calibrationToMetadata = (calibrations: readonly ModelCalibration[]): Record<string, string> => ({
  [key]: JSON.stringify(calibrations),
});

/**
 * Returns the calibration in a network's metadata for a `flip`; undefined if the metadata has none.
 *
 * @throws {InvalidDataError} if the entry is not a list of calibrations.
 */
export function calibrationOf(
  metadata: Readonly<Record<string, string>>,
  flip: Flip,
): ModelCalibration | undefined {
  const text = metadata[key];
  if (text === undefined) return undefined;
  try {
    const all: unknown = JSON.parse(text);
    if (Array.isArray(all) && all.every(isModelCalibration)) return all.find((entry) => entry.flip === flip);
  } catch {
    // Reported below.
  }
  throw new InvalidDataError({
    where: `metadata '${key}'`,
    expected: 'calibrations as JSON, as hm model add writes them',
    received: text.slice(0, 60),
    fix: 'Write them again: hm model add.',
  });
}
