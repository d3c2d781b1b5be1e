import type { ImageSource, Preprocessing } from '@hm/datasets';
import { inOrder } from '@hm/images/browser';
import { createSession, type InferenceOptions, type Provider } from '@hm/onnx/session';
import {
  checkArguments,
  checkOptions,
  type HostTensor,
  hostZeros,
  InvalidArgumentError,
  NonFiniteError,
  type OptionKinds,
  printable,
  sha256Of,
} from '@hm/tensor/host';
import { decodeImage } from '#decode';
import { assertOneOf } from '../assert-one-of.ts';
import { type FaceGraph, faceGraph } from './face-graph.ts';
import { combineViews, type Flip, flips } from './flip.ts';
import { modelPreprocessing } from './model-preprocessing.ts';

/** Options of `loadEmbedder`. */
export interface EmbedderOptions extends Pick<InferenceOptions, 'provider' | 'threads' | 'convolutions'> {
  /** Overrides the preprocessing in the model's metadata. */
  preprocessing?: Preprocessing | undefined;
  /**
   * Name of the output that is the embedding, for a model with several. Default: the only one, or the one named
   * `embedding`.
   */
  output?: string | undefined;
}

/** Types of the members of {@link EmbedderOptions}. */
export const embedderOptions: OptionKinds<EmbedderOptions> = {
  ...{ provider: 'string', threads: 'number', preprocessing: 'object', output: 'string' },
  convolutions: { oneOf: ['direct', 'measured'] },
};

/** Options of `Embedder.embed`. */
export interface EmbedOptions {
  /** How the mirrored image is used. Default `off`. */
  flip?: Flip | undefined;
  /** Called after every batch, with the number of images done and in total. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Types of the members of {@link EmbedOptions}. */
export const embedOptions: OptionKinds<EmbedOptions> = { flip: 'string', onProgress: 'function' };

/** An image, with the name used for it in error messages. */
export type EmbedderImage = ImageSource & { id?: string };

/** A face-embedding network. */
export interface Embedder {
  /** The model's file name, or a digest of its bytes. */
  readonly name: string;
  readonly provider: Provider;
  readonly preprocessing: Preprocessing;
  /** Metadata of the model's file, such as `hm.recipe`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Size of an embedding, D. */
  readonly embeddingSize: number;
  /**
   * Embeds aligned face images. Embeddings are the network's output, not normalised: float32 `[N, D]`, or `[N, 2D]`
   * with flip `concat`. Images are decoded ahead while the network runs; apart from the result, memory does not grow
   * with N.
   *
   * @throws {InvalidArgumentError} if `flip` is not one of its values.
   * @throws {InvalidDataError} if an image is missing or cannot be decoded.
   * @throws {NonFiniteError} if an embedding is not finite; `fields.image` names the image.
   */
  embed(images: readonly EmbedderImage[], options?: EmbedOptions): Promise<HostTensor<'float32'>>;
  /**
   * Returns the network's input for these images, by input name: to calibrate a quantised copy, or to run it
   * elsewhere. There is one tensor per run, of all images or of the model's fixed batch size.
   */
  prepare(images: readonly EmbedderImage[]): Promise<Record<string, HostTensor>[]>;
  /** Frees the network's memory. */
  release(): Promise<void>;
}

/**
 * Loads an embedding network from an ONNX file or its bytes. Size, channel order, mean and scale come from the file's
 * metadata; a file without them needs `preprocessing`. The input may be `[N, 3, H, W]` or `[N, H, W, 3]`, float32,
 * float16 or uint8, with N fixed or symbolic. External weights are read from the model's folder. If the license in
 * the metadata (`hm.license`) forbids commercial use, a note is logged to the console, once.
 *
 * @throws {InvalidArgumentError} if neither the metadata nor `preprocessing` says how images are prepared.
 * @throws {InvalidDataError} if the file is not an ONNX model, or its input or output has another shape or type.
 * @throws {UnavailableError} if the provider is not available.
 * @example
 * const embedder = await loadEmbedder('face.onnx', { threads: 2 });
 * const embeddings = await embedder.embed([{ path: 'ada.jpg' }, { path: 'grace.jpg' }], { flip: 'sum' });
 */
export async function loadEmbedder(
  model: string | Uint8Array,
  options: EmbedderOptions = {},
): Promise<Embedder> {
  checkOptions('loadEmbedder', options, embedderOptions);
  checkArguments('loadEmbedder', { model }, { model: ['string', 'object'] });
  const { preprocessing: explicit, output, ...sessionOptions } = options;
  const name = typeof model === 'string' ? fileName(model) : await digest(model);
  const session = await createSession(model, sessionOptions);
  try {
    const preprocessing = modelPreprocessing(name, session.metadata, explicit);
    const graph = await faceGraph(session, preprocessing, output);
    noteLicense(name, session.metadata);
    return {
      name,
      provider: session.provider,
      preprocessing,
      metadata: session.metadata,
      embeddingSize: graph.embeddingSize,
      embed: (images, options = {}) => embedAll(graph, preprocessing, images, options),
      prepare: (images) => prepareAll(graph, preprocessing, images),
      release: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function embedAll(
  graph: FaceGraph,
  preprocessing: Preprocessing,
  images: readonly EmbedderImage[],
  options: EmbedOptions,
): Promise<HostTensor<'float32'>> {
  checkOptions('Embedder.embed', options, embedOptions);
  assertImages(images);
  const { flip = 'off', onProgress } = options;
  assertOneOf('Embedder.embed', 'flip', flip, flips);
  const size = graph.embeddingSize * (flip === 'concat' ? 2 : 1);
  const embeddings = hostZeros('float32', [images.length, size]);
  let done = 0;
  onProgress?.(0, images.length);
  const gathered = (count: number) => onProgress?.(count, images.length);
  for await (const batch of decodedBatches(images, preprocessing, graph.batchSize, gathered)) {
    const upright = await graph.run(batch, false);
    const mirrored = flip === 'off' ? [] : await graph.run(batch, true);
    upright.forEach((view, k) => {
      const row = embeddings.data.subarray((done + k) * size, (done + k + 1) * size);
      combineViews(row, view, mirrored[k], flip);
      assertFinite(row, images[done + k]!, done + k);
    });
    done += batch.length;
    onProgress?.(done, images.length);
  }
  return embeddings;
}

async function prepareAll(graph: FaceGraph, preprocessing: Preprocessing, images: readonly EmbedderImage[]) {
  const prepared: Record<string, HostTensor>[] = [];
  for await (const batch of decodedBatches(images, preprocessing, graph.batchSize))
    prepared.push(graph.prepare(batch));
  return prepared;
}

/** Decodes two batches ahead, or at least eight images, on libuv's threads while the network runs. */
async function* decodedBatches(
  images: readonly EmbedderImage[],
  { height, width }: Preprocessing,
  batchSize: number,
  gathered: (count: number) => void = () => undefined,
): AsyncGenerator<Uint8Array[]> {
  let batch: Uint8Array[] = [];
  let before = 0;
  const decode = async ([index, image]: [number, EmbedderImage]) =>
    (await decodeImage(image, { height, width, name: nameOf(image, index) })).pixels;
  for await (const pixels of inOrder(images.entries(), Math.max(8, 2 * batchSize), decode)) {
    // The last image of a batch is reported only once the network has processed the batch.
    if (batch.length > 0) gathered(before + batch.length);
    batch.push(pixels);
    if (batch.length < batchSize) continue;
    yield batch;
    before += batchSize;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Catches the common mistake of passing paths as strings. */
function assertImages(images: unknown): void {
  const wrong = Array.isArray(images)
    ? images.find((image) => typeof image !== 'object' || image === null)
    : images;
  if (Array.isArray(images) && wrong === undefined) return;
  throw new InvalidArgumentError({
    where: 'Embedder.embed',
    expected: 'a list of images, such as { path }, { bytes } or { pixels, height, width }',
    received: typeof wrong === 'string' ? `the text "${wrong}"` : typeof wrong,
    fix: typeof wrong === 'string' ? `Write [{ path: '${wrong}' }].` : 'Pass a list of such images.',
  });
}

function assertFinite(embedding: Float32Array, image: EmbedderImage, index: number): void {
  const bad = embedding.findIndex((value) => !Number.isFinite(value));
  if (bad === -1) return;
  const name = nameOf(image, index);
  throw new NonFiniteError({
    where: 'Embedder.embed',
    expected: `a finite embedding of ${name}`,
    received: `${embedding[bad]} in component ${bad}`,
    fix: 'Check that image, and the model: its training may have diverged.',
    fields: { image: name, index },
  });
}

const fileName = (path: string) => path.split(/[\\/]/).at(-1)!;

async function digest(model: Uint8Array): Promise<string> {
  return `sha256:${(await sha256Of(model)).slice(0, 12)}`;
}

const nameOf = (image: EmbedderImage, index: number) =>
  image.id ?? ('path' in image ? image.path : `image ${index}`);

const FORBIDS = /non-?commercial|research (use )?only|\bCC[ -]BY[ -]NC\b/i;

const told = new Set<string>();

/** Logs once per program that a network's license forbids commercial use. */
function noteLicense(name: string, { 'hm.license': license }: Readonly<Record<string, string>>): void {
  if (license === undefined || !FORBIDS.test(license)) return;
  const note = printable(`Note: ${name}: ${license.replace(/\.$/, '')}.`);
  if (told.has(note)) return;
  told.add(note);
  console.warn(note);
}
