import type { Preprocessing } from '@hm/datasets';
import { fromHalf, type Session, type ValueInfo } from '@hm/onnx/session';
import { HmError, type HostTensor, hostTensor, InvalidDataError, nearest } from '@hm/tensor/host';
import { fillInput, type InputValues, levels } from './fill-input.ts';
import { type InputLayout, inputLayout } from './input-layout.ts';

/**
 * Images per run if the model takes any number. ResNet-18 at 112×112 on two cores ran twice as fast with 32 images a
 * run as with 1, and a tenth faster still with 64, which doubles the memory.
 */
const defaultBatchSize = 32;

/** An embedding network in ONNX Runtime: 8-bit RGB images in, embeddings out. */
export interface FaceGraph {
  readonly embeddingSize: number;
  /** Images per run. */
  readonly batchSize: number;
  /** Returns the network's inputs for at most `batchSize` images. */
  prepare(images: readonly Uint8Array[]): Record<string, HostTensor>;
  /** Returns the embeddings `[images, D]`, row by row, of at most `batchSize` images `[H, W, 3]`. */
  run(images: readonly Uint8Array[], mirrored: boolean): Promise<Float32Array[]>;
}

/**
 * Binds a session to a preprocessing. The output's shape is taken from a trial run on a blank image, because the
 * shape declared in a file is often missing or wrong.
 *
 * @param output Name of the output that is the embedding, if there are several.
 * @throws {InvalidDataError} if the model does not take images or does not return embeddings.
 */
export async function faceGraph(
  session: Session,
  preprocessing: Preprocessing,
  output?: string,
): Promise<FaceGraph> {
  const layout = inputLayout(session.inputs, preprocessing);
  const names = { input: layout.name, output: embeddingOutput(session.outputs, output) };
  const values = levels(layout.dtype, preprocessing);
  const batchSize = layout.batch ?? defaultBatchSize;
  const inputSize = batchSize * preprocessing.height * preprocessing.width * 3;
  // Allocating a buffer for every run takes about as long as filling it, so buffers are reused. Overlapping runs take
  // one each.
  const spare: InputValues[] = [];
  const run = async (images: readonly Uint8Array[], mirrored: boolean) => {
    const memory = spare.pop() ?? memoryFor(values, inputSize);
    try {
      const batch = batchTensor(layout, preprocessing, images, values, mirrored, memory);
      return await runGraph(session, names, batch, images.length);
    } finally {
      spare.push(memory);
    }
  };
  const blank = new Uint8Array(preprocessing.height * preprocessing.width * 3);
  const [trial] = await run(Array(Math.min(batchSize, 2)).fill(blank), false);
  const prepare = (images: readonly Uint8Array[]) => ({
    [layout.name]: batchTensor(layout, preprocessing, images, values, false),
  });
  return { embeddingSize: trial!.length, batchSize, prepare, run };
}

async function runGraph(
  session: Session,
  { input, output }: { input: string; output: string },
  batch: HostTensor,
  images: number,
): Promise<Float32Array[]> {
  const outputs = await session.run({ [input]: batch }).catch((cause: unknown) => {
    // For example a released session, which is not the model's fault.
    if (HmError.isInstance(cause) && cause.code === 'invalid-argument') throw cause;
    throw notEmbeddings(batch.shape, cause instanceof Error ? cause.message.trim() : String(cause), cause);
  });
  return rowsOf(outputs[output]!, batch.shape).slice(0, images);
}

function batchTensor(
  { order, batch, dtype }: InputLayout,
  preprocessing: Preprocessing,
  images: readonly Uint8Array[],
  values: InputValues,
  mirrored: boolean,
  memory?: InputValues,
): HostTensor {
  const { height, width } = preprocessing;
  const rows = batch ?? images.length;
  const size = height * width * 3;
  const data = memory?.subarray(0, rows * size) ?? memoryFor(values, rows * size);
  data.fill(0, images.length * size);
  images.forEach((pixels, row) => {
    fillInput(data.subarray(row * size, (row + 1) * size), pixels, values, order, preprocessing, mirrored);
  });
  const shape = order === 'nchw' ? [rows, 3, height, width] : [rows, height, width, 3];
  return hostTensor(dtype, shape, data as Float32Array) as HostTensor;
}

/** Returns a zero-filled array of the same type as `values`. */
const memoryFor = (values: InputValues, length: number): InputValues =>
  new (values.constructor as new (length: number) => InputValues)(length);

function rowsOf({ dtype, shape, data }: HostTensor, input: readonly number[]): Float32Array[] {
  const [rows = 0, size = 0] = shape;
  if ((dtype !== 'float32' && dtype !== 'float16') || shape.length !== 2 || rows !== input[0] || size === 0) {
    throw notEmbeddings(input, `${dtype} [${shape.join(', ')}]`);
  }
  const values = dtype === 'float16' ? fromHalves(data) : (data as Float32Array);
  return Array.from({ length: rows }, (_, row) => values.subarray(row * size, (row + 1) * size));
}

/** Converts float16 to float32. The data is read as bits because some versions of Node have a Float16Array. */
function fromHalves(data: HostTensor['data']): Float32Array {
  const bits = data as Uint16Array;
  return Float32Array.from(new Uint16Array(bits.buffer, bits.byteOffset, bits.length), fromHalf);
}

function embeddingOutput(outputs: readonly ValueInfo[], wanted: string | undefined): string {
  const names = outputs.map(({ name }) => name);
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  if (wanted === undefined && (names.length === 1 || names.includes('embedding')))
    return names.length === 1 ? names[0]! : 'embedding';
  const listed = outputs.map(({ name, shape }) => `"${name}" [${shape.join(', ')}]`).join(', ');
  const meant = nearest(wanted ?? '', names) ?? widest(outputs);
  throw new InvalidDataError({
    where: 'loadEmbedder',
    expected: wanted === undefined ? 'one output, or one named "embedding"' : `an output "${wanted}"`,
    received: listed || 'none',
    fix:
      meant === undefined
        ? 'Export the network with its embedding.'
        : `Name the embedding: output "${meant}" (--output ${meant}).`,
    fields: { outputs },
  });
}

/** Name of the output that is most likely the embedding. */
const widest = (outputs: readonly ValueInfo[]): string | undefined =>
  outputs
    .filter(({ shape }) => shape.length === 2 && typeof shape[1] === 'number' && shape[1] > 1)
    .sort((a, b) => Number(b.shape[1]) - Number(a.shape[1]))[0]?.name ?? outputs[0]?.name;

const notEmbeddings = (input: readonly number[], received: string, cause?: unknown) =>
  new InvalidDataError({
    where: 'loadEmbedder',
    expected: `float32 embeddings [${input[0]}, D] for images [${input.join(', ')}]`,
    received,
    fix: 'Export the network up to its embedding, with a batch dimension that is symbolic throughout or fixed.',
    fields: { input },
    cause,
  });
