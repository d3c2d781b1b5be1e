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

/** How photographs become embeddings. */
export interface RecognizerOptions extends EmbedderOptions {
  /** Use of the mirrored image. `sum` takes twice the time and errs a little less. Default `off`. */
  flip?: Flip | undefined;
  /** Which of several faces is the subject. Default `largest`. */
  prefer?: FacePreference | undefined;
  /** Border, in parts of the shorter side, for a second search where the first finds none; 0 = none. Default 0.3. */
  border?: number | undefined;
  /** Threads that look for faces once many photographs come; 0 = this one. Default: one per core. */
  workers?: number | undefined;
  /** The photographs are aligned to the network's template already: no face is looked for. Default false. */
  aligned?: boolean | undefined;
  /** Takes the place of what the network's metadata says. */
  calibration?: ModelCalibration | undefined;
}

/**
 * Opens a face network for photographs: without a name dlib's, whose weights npm has installed; else an ONNX file or its
 * bytes.
 *
 * @throws {InvalidArgumentError} if nobody says how images are prepared or aligned.
 * @throws {InvalidDataError} if the file is no ONNX model of a face network, or the installed weights were altered.
 * @throws {UnavailableError} if ONNX Runtime or the provider is not there.
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

/** A file that is not there is told when it is loaded. */
const digest = async (model: string | Uint8Array) =>
  sha256Of(new Uint8Array(typeof model === 'string' ? await readRegularFile(model).catch(() => []) : model));

function templateOf({ name, preprocessing: { template, width, height } }: Embedder, aligned: boolean) {
  if (template !== 'none') return templates[template];
  // Nothing is known of where the eyes are: their usual place, in parts of the picture.
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
