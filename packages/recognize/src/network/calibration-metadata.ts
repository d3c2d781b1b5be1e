import { type Flip, isModelCalibration, type ModelCalibration } from '@hm/eval/browser';
import { InvalidDataError } from '@hm/tensor/host';

const key = 'hm.calibration';

/** Metadata entries that carry calibrations inside an ONNX file: one, `hm.calibration`, as a JSON list. */
export const calibrationToMetadata = (calibrations: readonly ModelCalibration[]): Record<string, string> => ({
  [key]: JSON.stringify(calibrations),
});

/**
 * The calibration in a network's metadata for a use of the mirrored image; undefined if there is none.
 *
 * @throws {InvalidDataError} if the entry is something else.
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
    // Told below.
  }
  throw new InvalidDataError({
    where: `metadata '${key}'`,
    expected: 'calibrations as JSON, as hm model add writes them',
    received: text.slice(0, 60),
    fix: 'Write them again: hm model add.',
  });
}
