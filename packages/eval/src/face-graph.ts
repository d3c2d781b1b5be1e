import type { Preprocessing } from '@hm/datasets';
import type { Session, ValueInfo } from '@hm/onnx/session';
import { type HostTensor, hostTensor, InvalidDataError } from '@hm/tensor/host';
import { fillInput } from './fill-input.ts';
import { type InputLayout, inputLayout } from './input-layout.ts';

/**
 * Images per run where the model takes any number: ResNet-18 at 112×112 on two cores ran twice as fast with
 * 32 images a run as with 1, and a tenth faster still with 64, which doubles the memory.
 */
const defaultBatchSize = 32;

/** An embedding network in ONNX Runtime: 8-bit RGB images in, embeddings out. */
export interface FaceGraph {
  readonly embeddingSize: number;
  /** Images per run. */
  readonly batchSize: number;
  /** What the network is fed for at most `batchSize` images. */
  prepare(images: readonly Uint8Array[]): Record<string, HostTensor<'float32'>>;
  /** Embeddings `[images, D]`, row by row, of at most `batchSize` images `[H, W, 3]`. */
  run(images: readonly Uint8Array[], mirrored: boolean): Promise<Float32Array[]>;
}

/**
 * Binds a session to a preprocessing. The output's shape is taken from a trial run on a blank image, because
 * what a file declares about its output is often missing or wrong.
 *
 * @throws {InvalidDataError} if the model takes no images or gives no embeddings.
 */
export async function faceGraph(session: Session, preprocessing: Preprocessing): Promise<FaceGraph> {
  const layout = inputLayout(session.inputs, preprocessing);
  const output = embeddingOutput(session.outputs);
  const batchSize = layout.batch ?? defaultBatchSize;
  const inputSize = batchSize * preprocessing.height * preprocessing.width * 3;
  // New memory for every run costs about as much time as filling it does. Runs that overlap take one each.
  const spare: Float32Array<ArrayBuffer>[] = [];
  const run = async (images: readonly Uint8Array[], mirrored: boolean) => {
    const memory = spare.pop() ?? new Float32Array(inputSize);
    try {
      const batch = batchTensor(layout, preprocessing, images, mirrored, memory);
      return await runGraph(session, { input: layout.name, output }, batch, images.length);
    } finally {
      spare.push(memory);
    }
  };
  const blank = new Uint8Array(preprocessing.height * preprocessing.width * 3);
  const [trial] = await run(Array(Math.min(batchSize, 2)).fill(blank), false);
  const prepare = (images: readonly Uint8Array[]) => ({
    [layout.name]: batchTensor(layout, preprocessing, images, false),
  });
  return { embeddingSize: trial!.length, batchSize, prepare, run };
}

async function runGraph(
  session: Session,
  { input, output }: { input: string; output: string },
  batch: HostTensor<'float32'>,
  images: number,
): Promise<Float32Array[]> {
  const outputs = await session.run({ [input]: batch }).catch((cause: unknown) => {
    throw notEmbeddings(batch.shape, cause instanceof Error ? cause.message.trim() : String(cause), cause);
  });
  return rowsOf(outputs[output]!, batch.shape).slice(0, images);
}

function batchTensor(
  { order, batch }: InputLayout,
  preprocessing: Preprocessing,
  images: readonly Uint8Array[],
  mirrored: boolean,
  memory?: Float32Array<ArrayBuffer>,
): HostTensor<'float32'> {
  const { height, width } = preprocessing;
  const rows = batch ?? images.length;
  const size = height * width * 3;
  const data = memory?.subarray(0, rows * size) ?? new Float32Array(rows * size);
  data.fill(0, images.length * size);
  images.forEach((pixels, row) => {
    fillInput(data.subarray(row * size, (row + 1) * size), pixels, order, preprocessing, mirrored);
  });
  return hostTensor('float32', order === 'nchw' ? [rows, 3, height, width] : [rows, height, width, 3], data);
}

function rowsOf({ dtype, shape, data }: HostTensor, input: readonly number[]): Float32Array[] {
  const [rows = 0, size = 0] = shape;
  if (dtype !== 'float32' || shape.length !== 2 || rows !== input[0] || size === 0) {
    throw notEmbeddings(input, `${dtype} [${shape.join(', ')}]`);
  }
  const values = data as Float32Array;
  return Array.from({ length: rows }, (_, row) => values.subarray(row * size, (row + 1) * size));
}

function embeddingOutput(outputs: readonly ValueInfo[]): string {
  const found = outputs.length === 1 ? outputs[0] : outputs.find(({ name }) => name === 'embedding');
  if (found !== undefined) return found.name;
  throw new InvalidDataError({
    where: 'loadEmbedder',
    expected: 'one output, or one named "embedding"',
    received: outputs.map(({ name }) => `"${name}"`).join(', ') || 'none',
    fix: 'Export the network with the embedding as its output.',
    fields: { outputs },
  });
}

const notEmbeddings = (input: readonly number[], received: string, cause?: unknown) =>
  new InvalidDataError({
    where: 'loadEmbedder',
    expected: `float32 embeddings [${input[0]}, D] for images [${input.join(', ')}]`,
    received,
    fix: 'Export the network up to its embedding, with a batch dimension that is symbolic throughout or fixed.',
    fields: { input },
    cause,
  });
