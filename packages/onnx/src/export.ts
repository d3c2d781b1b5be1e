import {
  checkArguments,
  checkOptions,
  type HostTensor,
  hostTensor,
  NonFiniteError,
  Rng,
  sizeOf,
} from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { loadSession } from './session/load-session.ts';
import { withMetadata } from './session.ts';
import { type InputSpec, type TraceOptions, trace } from './trace/trace.ts';
import { TraceError } from './trace/trace-error.ts';

/** Options of an exported file. */
export interface ExportOptions extends TraceOptions {
  /** Whether to fold batch normalization. Default true: see {@link TraceOptions}. */
  foldNormalization?: boolean;
  /** Strings for the file's `metadata_props`. */
  metadata?: Readonly<Record<string, string>>;
}

/** Largest accepted difference between an output of the file and the eager output, relative to the largest element. */
const TOLERANCE = 1e-3;

/**
 * Writes a network as an ONNX file that any runtime can open: with standard operators only, parameters under their own
 * names, constants rearranged in advance and batch normalization folded. Before the file is returned, it is run in ONNX
 * Runtime and compared with the eager result.
 *
 * @param run takes tensors by name and returns float tensors by name. The result for a sample must not depend on the
 * rest of its batch.
 * @param inputs their shapes; a string is a symbolic dimension, such as `'N'` for a batch of any size.
 * @throws {TraceError} if the network cannot be traced, or the file computes something other than the network.
 * @throws {NonFiniteError} if the network's own outputs are not finite.
 * @example
 * const bytes = await exportOnnx(
 *   ({ x }) => ({ y: tf.relu(tf.matMul(x, weight)) }),
 *   { x: { shape: ['N', 4] } },
 *   { parameters: { weight } },
 * );
 */
export async function exportOnnx(
  run: (inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor>,
  inputs: Readonly<Record<string, InputSpec>>,
  options: ExportOptions = {},
): Promise<Uint8Array> {
  const {
    metadata = {},
    foldNormalization = true,
    ...traceOptions
  } = checkOptions('exportOnnx', options, {
    ...{ metadata: 'object', foldNormalization: 'boolean', parameters: 'object' },
  });
  checkArguments('exportOnnx', { run, inputs }, { run: 'function', inputs: 'object' });
  const model = withMetadata(trace(run, inputs, { ...traceOptions, foldNormalization }), metadata);
  await assertSame(model, run, samplesOf(inputs));
  return model;
}

async function assertSame(
  model: Uint8Array,
  run: (inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor>,
  samples: Record<string, HostTensor>,
): Promise<void> {
  const session = await loadSession(model);
  const found = await session.run(samples);
  await session.release();
  const tensors = Object.entries(samples).map(
    ([name, { data, shape, dtype }]) =>
      [name, tf.tensor(data as Float32Array, shape as number[], dtype as 'float32')] as const,
  );
  const wanted = tf.tidy(() => run(Object.fromEntries(tensors)));
  for (const [name, tensor] of Object.entries(wanted)) {
    compare(name, found[name]!.data as Float32Array, (await tensor.data()) as Float32Array);
    tensor.dispose();
  }
  for (const [, tensor] of tensors) tensor.dispose();
}

function compare(name: string, found: Float32Array, wanted: Float32Array): void {
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!Number.isFinite(largest)) throw notFinite(name);
  const difference = wanted.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - found[index]!)),
    0,
  );
  if (found.length === wanted.length && difference <= TOLERANCE * largest) return;
  throw new TraceError({
    where: 'exportOnnx',
    expected: `the file to give the eager "${name}" within ${TOLERANCE} of its largest element`,
    received: `a difference of ${difference / largest}`,
    fix: 'Make the network a function of its inputs alone, without batch statistics or randomness.',
  });
}

/** Draws random inputs, with two samples for a symbolic dimension. */
function samplesOf(inputs: Readonly<Record<string, InputSpec>>): Record<string, HostTensor> {
  const rng = Rng.of('exportOnnx');
  const samples = Object.entries(inputs).map(([name, { shape, dtype = 'float32' }]) => {
    const sizes = shape.map((size) => (typeof size === 'string' ? 2 : size));
    const draw = () => (dtype === 'float32' ? rng.uniform(-1, 1) : rng.integer(2));
    const values = Array.from({ length: sizeOf(sizes) }, draw);
    const data = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype].from(values);
    return [name, hostTensor(dtype, sizes, data as never)] as const;
  });
  return Object.fromEntries(samples);
}

const notFinite = (name: string) =>
  new NonFiniteError({
    where: 'exportOnnx',
    expected: `a network with finite "${name}"`,
    received: 'NaN or infinity',
    fix: 'Export an earlier checkpoint: these weights have diverged.',
  });
