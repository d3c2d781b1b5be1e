import { type FacePreference, templates } from '@hm/align';
import {
  type Embedder,
  type EmbedderOptions,
  type Flip,
  loadEmbedder,
  type ModelCalibration,
} from '@hm/eval';
import { readRegularFile } from '@hm/tensor/files';
import { checkOptions, InvalidArgumentError, sha256Of } from '@hm/tensor/host';
import { alignedFaces } from './faces/aligned-faces.node.ts';
import { faceFinder } from './faces/face-finder.node.ts';
import { bundledNetwork } from './network/bundled.node.ts';
import { calibrationOf } from './network/calibration-metadata.ts';
import { dlibFingerprint } from './network/dlib-fingerprint.ts';
import { type Recognizer, recognizerOf } from './recognizer.ts';

const preferences: readonly FacePreference[] = ['largest', 'center', 'highest-score'];

/** Options of {@link openRecognizer}. */
export interface RecognizerOptions extends EmbedderOptions {
  /** How the mirrored image is used. `sum` takes twice the time and is slightly more accurate. Default `off`. */
  flip?: Flip | undefined;
  /** Rule for choosing the subject among several faces. Default `largest`. */
  prefer?: FacePreference | undefined;
  /**
   * Border for a second search if the first finds no face, as a fraction of the shorter side; 0 = none. Default 0.3.
   */
  border?: number | undefined;
  /**
   * Number of threads for face detection, started once many photographs come; 0 = this thread. Default: one per core.
   */
  workers?: number | undefined;
  /**
   * True if the photographs are already aligned to the network's template, so that no detection is needed.
   * Default false.
   */
  aligned?: boolean | undefined;
  /** Overrides the calibration in the network's metadata. */
  calibration?: ModelCalibration | undefined;
}

/**
 * Opens a face network for photographs: an ONNX file or its bytes, or by default dlib's network, whose weights npm
 * has installed.
 *
 * @throws {InvalidArgumentError} if neither the metadata nor the options say how images are prepared and aligned.
 * @throws {InvalidDataError} if the file is not an ONNX model of a face network, or the installed weights were
 * altered.
 * @throws {UnavailableError} if ONNX Runtime or the provider is not available.
 * @example
 * const recognizer = await openRecognizer();
 * const { same, probability } = await recognizer.verify('a.jpg', 'b.jpg');
 */
export async function openRecognizer(
  network?: string | Uint8Array,
  options: RecognizerOptions = {},
): Promise<Recognizer> {
  assertNetwork(network);
  checkOptions<RecognizerOptions>('openRecognizer', options, {
    ...{
      flip: { oneOf: ['off', 'sum', 'concat'] },
      prefer: { oneOf: preferences },
      border: 'number',
      workers: 'number',
    },
    ...{ aligned: 'boolean', calibration: 'object', provider: 'string', threads: 'number' },
    convolutions: { oneOf: ['direct', 'measured'] },
    ...{ preprocessing: 'object', output: 'string' },
  });
  const { flip = 'off', prefer = 'largest', border = 0.3, workers, aligned = false, ...rest } = options;
  const { calibration: given, ...embedderOptions } = rest;
  const model = network ?? (await bundledNetwork());
  const origin = network === undefined ? dlibFingerprint : await digest(model);
  const embedder = await loadEmbedder(model, embedderOptions);
  try {
    const template = templateOf(embedder, aligned);
    return recognizerOf({
      name: network === undefined ? 'dlib' : embedder.name,
      fingerprint: `${origin}${flip === 'off' ? '' : `+${flip}`}`,
      embedder,
      finder: aligned ? alignedFaces(template) : faceFinder({ template, border }, workers),
      ...{ flip, prefer },
      calibration: given ?? calibrationOf(embedder.metadata, flip),
    });
  } catch (error) {
    await embedder.release();
    throw error;
  }
}

function assertNetwork(network: unknown): void {
  if (network === undefined || network instanceof Uint8Array || (typeof network === 'string' && network))
    return;
  throw new InvalidArgumentError({
    where: 'openRecognizer',
    expected: 'the path of an ONNX file, its bytes, or nothing for the network that npm installed',
    received: network === '' ? 'an empty path' : network === null ? 'null' : typeof network,
    fix:
      typeof network === 'object' && network !== null
        ? 'Options come second: openRecognizer(undefined, options).'
        : "Write openRecognizer(), or openRecognizer('face.onnx').",
  });
}

/** Hashes a model. A missing file is reported later, when it is loaded. */
const digest = async (model: string | Uint8Array) =>
  sha256Of(new Uint8Array(typeof model === 'string' ? await readRegularFile(model).catch(() => []) : model));

function templateOf({ name, preprocessing: { template, width, height } }: Embedder, aligned: boolean) {
  if (template !== 'none') return templates[template];
  // The positions of the eyes are unknown, so the usual ones are scaled to the image's size.
  if (aligned) return scaled(width, height);
  throw new InvalidArgumentError({
    where: 'openRecognizer',
    expected: 'a network whose metadata names the template that its faces are aligned to',
    received: `none, for ${name} with images of ${height}×${width}`,
    fix: 'Pass `preprocessing` with a template (--template), or faces that are aligned already (--aligned).',
  });
}

const scaled = (width: number, height: number) => {
  const { landmarks } = templates['arcface-112x112'];
  const points = landmarks.map(([x, y]) => [(x * width) / 112, (y * height) / 112]);
  return { width, height, landmarks: points as unknown as typeof landmarks };
};
