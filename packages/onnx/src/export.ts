import { hostTensor, NonFiniteError, Rng, sizeOf } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { createSession, withMetadata } from './session.ts';
import { trace } from './trace.ts';
import { TraceError } from './trace-error.ts';

/** What {@link exportOnnx} exports and how it is described. */
export interface ExportOptions {
  /** Images `[N, H, W, 3]` float32, normalised, to embeddings `[N, D]`. Must not depend on the batch it is in. */
  apply: (images: tf.Tensor4D) => tf.Tensor2D;
  /** Height and width of the images. */
  imageSize: readonly [height: number, width: number];
  /** Strings for the file's `metadata_props`. */
  metadata?: Record<string, string>;
  /** How the file takes images: `nchw` (default), as other toolkits' models do, or `nhwc`. */
  layout?: 'nchw' | 'nhwc';
}

/** Largest accepted difference between an embedding from the file and the eager one, relative to the largest element. */
const TOLERANCE = 1e-3;

/**
 * Writes a network as an ONNX file with input `input`, output `embedding` and a batch of any size. Running
 * statistics and weights become constants, and only standard operators are used. The file is run in ONNX Runtime
 * and compared with the eager result before it is returned.
 *
 * @throws {TraceError} if the network cannot be traced, or the file computes something else than the network.
 * @throws {NonFiniteError} if the network's own embeddings are not finite.
 * @example
 * const bytes = await exportOnnx({ apply: (images) => network(images), imageSize: [112, 112] });
 */
export async function exportOnnx({
  apply,
  imageSize,
  metadata = {},
  layout = 'nchw',
}: ExportOptions): Promise<Uint8Array> {
  const [height, width] = imageSize;
  const shape = layout === 'nchw' ? ['N', 3, height, width] : ['N', height, width, 3];
  const network = (input: tf.Tensor): tf.Tensor2D =>
    apply((layout === 'nchw' ? tf.transpose(input, [0, 2, 3, 1]) : input) as tf.Tensor4D);
  const traced = trace(({ input }) => ({ embedding: network(input!) }), { input: { shape } });
  const model = withMetadata(traced, metadata);
  await assertSame(model, network, shape.slice(1) as number[]);
  return model;
}

async function assertSame(
  model: Uint8Array,
  network: (input: tf.Tensor) => tf.Tensor2D,
  shape: number[],
): Promise<void> {
  const images = noise([2, ...shape]);
  const session = await createSession(model);
  const { embedding } = await session.run({ input: images });
  await session.release();
  const expected = tf.tidy(() => network(tf.tensor(images.data, images.shape as number[])));
  const wanted = (await expected.data()) as Float32Array;
  expected.dispose();
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!Number.isFinite(largest)) throw notFinite();
  const found = embedding!.data as Float32Array;
  const difference = wanted.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - found[index]!)),
    0,
  );
  if (found.length === wanted.length && difference <= TOLERANCE * largest) return;
  throw new TraceError({
    where: 'exportOnnx',
    expected: `the file to give the eager embeddings within ${TOLERANCE} of their largest element`,
    received: `a difference of ${difference / largest}`,
    fix: 'Make `apply` a function of its images alone, without batch statistics or randomness.',
  });
}

function noise(shape: number[]) {
  const rng = Rng.of('exportOnnx');
  return hostTensor(
    'float32',
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(-1, 1)),
  );
}

const notFinite = () =>
  new NonFiniteError({
    where: 'exportOnnx',
    expected: 'a network with finite embeddings',
    received: 'NaN or infinity',
    fix: 'Export an earlier checkpoint: these weights have diverged.',
  });
