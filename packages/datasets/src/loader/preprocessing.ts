import { checkArguments, InvalidDataError, nearest } from '@hm/tensor/host';

/** How 8-bit pixels become a network's input: `(x - mean) / scale` at one size and channel order. */
export interface Preprocessing {
  /** Height in pixels. */
  height: number;
  /** Width in pixels. */
  width: number;
  channels: 'rgb' | 'bgr';
  /** Subtracted from each 8-bit value. */
  mean: number;
  /** Divisor applied after subtracting `mean`. */
  scale: number;
  /** Template that the faces are aligned to: by landmarks, or for FaceNet by their box. */
  template: 'arcface-112x112' | 'sphereface-112x96' | 'dlib-150x150' | 'facenet-160x160' | 'none';
}

/** The usual input of face networks: 112×112 RGB, aligned to ArcFace's template, `(x - 127.5) / 128`. */
export const defaultPreprocessing: Preprocessing = {
  height: 112,
  width: 112,
  channels: 'rgb',
  mean: 127.5,
  scale: 128,
  template: 'arcface-112x112',
};

const key = 'hm.preprocessing';

/**
 * Returns metadata entries that store a preprocessing in an ONNX file: one entry, `hm.preprocessing`, as JSON.
 *
 * @throws {InvalidDataError} if a field is missing or out of range.
 * @example
 * const entries = preprocessingToMetadata(defaultPreprocessing);
 */
export const preprocessingToMetadata = (preprocessing: Preprocessing): Record<string, string> => ({
  [key]: JSON.stringify(checkPreprocessing(preprocessing, 'preprocessingToMetadata')),
});

/**
 * Reads the preprocessing that {@link preprocessingToMetadata} wrote; undefined if the metadata has none.
 *
 * @throws {InvalidDataError} if the entry is not JSON, or a field is missing or out of range.
 */
export function preprocessingFromMetadata(
  metadata: Readonly<Record<string, string>>,
): Preprocessing | undefined {
  checkArguments('preprocessingFromMetadata', { metadata }, { metadata: 'object' });
  const text = metadata[key];
  if (text === undefined) return undefined;
  try {
    return checkFields(JSON.parse(text), `metadata '${key}'`);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalid(`metadata '${key}'`, 'JSON', text, error);
  }
}

const whole = (value: unknown) => Number.isInteger(value) && (value as number) > 0;
const rules: Record<keyof Preprocessing, readonly [string, (value: unknown) => boolean]> = {
  height: ['a positive integer', whole],
  width: ['a positive integer', whole],
  channels: ["'rgb' or 'bgr'", (value) => value === 'rgb' || value === 'bgr'],
  mean: ['a finite number', Number.isFinite],
  scale: ['a finite number other than 0', (value) => Number.isFinite(value) && value !== 0],
  template: [
    "'arcface-112x112', 'sphereface-112x96', 'dlib-150x150', 'facenet-160x160' or 'none'",
    (value) =>
      ['arcface-112x112', 'sphereface-112x96', 'dlib-150x150', 'facenet-160x160', 'none'].includes(
        value as string,
      ),
  ],
};

/**
 * Checks the six fields of a preprocessing and returns them.
 *
 * @throws {InvalidDataError} if one is missing, unknown or out of range.
 */
export function checkPreprocessing(value: unknown, where: string): Preprocessing {
  const unknown = Object.keys(value ?? {}).find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined) throw unknownField(where, unknown);
  return checkFields(value, where);
}

/**
 * Checks the fields of a preprocessing from a file. A later version may have written it, so unknown fields are dropped.
 */
function checkFields(value: unknown, where: string): Preprocessing {
  if (typeof value !== 'object' || value === null) throw invalid(where, 'an object', value);
  const found = value as Record<string, unknown>;
  const entries = Object.entries(rules).map(([name, [expected, holds]]) => {
    if (!holds(found[name])) throw invalid(where, `${expected} as ${name}`, found[name] ?? 'nothing');
    return [name, found[name]];
  });
  return Object.fromEntries(entries) as Preprocessing;
}

const invalid = (where: string, expected: string, received: unknown, cause?: unknown) =>
  new InvalidDataError({
    where,
    expected,
    received,
    fix: 'Give height, width, channels, mean, scale and template as in defaultPreprocessing.',
    cause,
  });

function unknownField(where: string, name: string) {
  const names = Object.keys(rules);
  const meant = nearest(name, names);
  return new InvalidDataError({
    where,
    expected: `the fields ${names.join(', ')}`,
    received: `\`${name}\``,
    fix: meant === undefined ? `Leave out \`${name}\`.` : `Write \`${meant}\`.`,
  });
}
