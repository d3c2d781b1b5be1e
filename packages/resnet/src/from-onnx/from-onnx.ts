import { trace } from '@hm/onnx';
import { createSession } from '@hm/onnx/session';
import {
  checkOptions,
  type HostTensor,
  hostTensor,
  InvalidDataError,
  type Params,
  printable,
  Rng,
  sha256Of,
  sizeOf,
  toTensor,
  toTensors,
} from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { NodeProto } from 'onnx-buf';
import type { Backbone, Variables } from '../backbone.ts';
import { faulty, type OnnxFile, readOnnxFile } from './file.ts';
import { arranged, operators } from './operators.ts';
import type { Step, WeightKind } from './step.ts';

/** Options of {@link fromOnnx}. */
export interface FromOnnxOptions {
  /**
   * Behaviour in training of batch normalizations that are not folded in the file: `frozen` (default) keeps their
   * statistics, `train` uses those of the batch and updates the running ones.
   */
  normalization?: 'frozen' | 'train';
  /** Height and width of the images, if the file leaves them open. */
  imageSize?: readonly [height: number, width: number];
}

/** Largest accepted difference between the file's embeddings and the backbone's, relative to the largest element. */
const TOLERANCE = 1e-3;

/**
 * Makes a backbone from a trained network in an ONNX file. Its `init` returns the file's weights, and every loss,
 * recipe and export works on it. Before returning it, this function embeds the same images with its traced graph and
 * with the file and checks that the results are equal.
 *
 * The images are normalised as the file expects them, in NHWC.
 *
 * @throws {InvalidDataError} if the file is not an ONNX network for images, has an operator without a gradient, or
 * lacks weights.
 * @example
 * const backbone = await fromOnnx(await readFile('w600k_r50.onnx'));
 * const run = train({ data, backbone, head: hardMining(arcFace()), recipe: quick, out: 'runs/mine' });
 */
export async function fromOnnx(bytes: Uint8Array, options: FromOnnxOptions = {}): Promise<Backbone> {
  checkOptions('fromOnnx', options, {
    ...{ normalization: { oneOf: ['frozen', 'train'] }, imageSize: 'array' },
  });
  const file = readOnnxFile(bytes);
  const unknown = file.nodes.map(({ opType }) => opType).filter((type) => !Object.hasOwn(operators, type));
  if (unknown.length > 0)
    throw faulty(
      'operators with a gradient',
      [...new Set(unknown)].map((type) => printable(type)).join(', '),
    );
  const imageSize = sizeFrom(file, options.imageSize);
  const { model, values, embeddingSize, images } = traceFile(file, imageSize);
  await assertEqual(bytes, file, model, images);
  const sha256 = await sha256Of(bytes);
  return {
    name: 'onnx',
    config: { normalization: options.normalization ?? 'frozen', embeddingSize, imageSize, sha256 },
    embeddingSize,
    imageSize,
    init: () => ({ params: toTensors(values.params), statistics: toTensors(values.statistics) }),
    apply(variables, batch, mode) {
      const normalizes = options.normalization === 'train' && mode === 'train';
      const { output, statistics } = run(file, batch, stored(variables, normalizes));
      return { embeddings: output as tf.Tensor2D, statistics };
    },
  };
}

/** Source of the weights in a forward pass. */
interface Weights {
  readonly normalizes: boolean;
  get(role: 'params' | 'statistics', name: string, kind: WeightKind): tf.Tensor;
}

const stored = (variables: Variables, normalizes: boolean): Weights => ({
  normalizes,
  get(role, name) {
    const value = variables[role][name];
    if (value instanceof tf.Tensor) return value;
    throw faulty(`the variables of this network, with "${name}"`, 'those of another one');
  },
});

/** Traces the file's network, and collects the weights that it uses with their roles. */
function traceFile(file: OnnxFile, [height, width]: readonly [number, number]) {
  const values = { params: {} as HostWeights, statistics: {} as HostWeights };
  const byName = new Map([...file.weights].map(([name, weight]) => [nameOf(name), weight]));
  const shape = [file.inputShape[0] ?? 2, height, width, 3];
  let embeddingSize = 0;
  const weights: Weights = {
    normalizes: false,
    get(role, name, kind) {
      const weight = byName.get(name);
      const value = values[role][name] ?? (weight && arranged(weight, kind));
      if (value === undefined) throw faulty(`weights "${name}" that fit`, weight ? 'another shape' : 'none');
      values[role][name] = value;
      return toTensor(value);
    },
  };
  const model = trace(
    ({ images }) => {
      const { output } = run(file, images as tf.Tensor4D, weights);
      if (output.shape.length !== 2) throw faulty('embeddings of rank 2', `rank ${output.shape.length}`);
      embeddingSize = output.shape[1]!;
      return { output };
    },
    { images: { shape } },
  );
  const rng = Rng.of('fromOnnx');
  const pixels = Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(-1, 1));
  return { model, values, embeddingSize, images: hostTensor('float32', shape, pixels) };
}

type HostWeights = Record<string, HostTensor<'float32'>>;

/** Replaces the separators of parameter trees and files in a name. */
const nameOf = (name: string) => name.replace(/[^A-Za-z0-9_]+/g, '_');

function run(file: OnnxFile, images: tf.Tensor4D, weights: Weights) {
  const channelsFirst = file.inputShape[1] === 3;
  const values = new Map<string, tf.Tensor>([
    [file.input, channelsFirst ? images : tf.transpose(images, [0, 2, 3, 1])],
  ]);
  const statistics: Params = {};
  for (const node of file.nodes) {
    const step = stepOf(node, file, values, weights, statistics);
    values.set(node.output[0]!, operators[node.opType]!(step));
  }
  const output = values.get(file.output);
  if (output === undefined) throw faulty(`the output "${printable(file.output)}"`, 'no node that makes it');
  return {
    output: output.shape.length === 4 ? tf.reshape(output, [output.shape[0]!, -1]) : output,
    statistics,
  };
}

function stepOf(
  node: NodeProto,
  file: OnnxFile,
  values: ReadonlyMap<string, tf.Tensor>,
  weights: Weights,
  statistics: Params,
): Step {
  const wrong = (expected: string, received: string) =>
    faulty(`${expected} at ${printable(node.opType)} "${printable(node.name)}"`, received);
  const tensor = (index: number) => {
    const value = values.get(node.input[index] ?? '');
    if (value !== undefined) return value;
    throw wrong('an input that depends on the images', 'none');
  };
  const weight = (index: number, kind: WeightKind = 'as it is') =>
    weights.get('params', nameOf(node.input[index] ?? ''), kind);
  const statistic = (index: number) => {
    const value = weights.get('statistics', nameOf(node.input[index] ?? ''), 'as it is');
    statistics[nameOf(node.input[index]!)] = value;
    return value;
  };
  const operand = (index: number, other: number): tf.Tensor => {
    const value = values.get(node.input[index] ?? '');
    if (value !== undefined) return value;
    const constant = file.weights.get(node.input[index] ?? '');
    if (constant === undefined) throw wrong('weights in the file', 'none');
    if (sizeOf(constant.shape) === 1) return tf.scalar(constant.data[0]!);
    return weight(index, tensor(other).shape.length === 4 ? 'image' : 'as it is');
  };
  return {
    node,
    normalizes: weights.normalizes,
    has: (index) => (node.input[index] ?? '') !== '',
    tensor,
    image(index) {
      const value = tensor(index);
      if (value.shape.length === 4) return value as tf.Tensor4D;
      throw wrong('an image', `rank ${value.shape.length}`);
    },
    weight,
    statistic,
    update(index, value) {
      statistics[nameOf(node.input[index]!)] = value;
    },
    pair: () => [operand(0, 1), operand(1, 0)],
    scalar(index) {
      const value = file.weights.get(node.input[index]!)?.data[0];
      if (value === undefined) throw wrong('a constant number', 'none');
      return value;
    },
    integers(index) {
      const value = file.integers.get(node.input[index]!);
      if (value === undefined) throw wrong('a constant shape', 'one that is computed');
      return value;
    },
    computed: (index) => file.computedShapes.has(node.input[index] ?? ''),
    require(holds, expected) {
      if (!holds) throw wrong(expected, 'something else');
    },
  };
}

function sizeFrom(
  { inputShape }: OnnxFile,
  given: FromOnnxOptions['imageSize'],
): readonly [height: number, width: number] {
  const [, first, second, last] = inputShape;
  if (first !== 3 && last !== 3) throw faulty('an input of 3 channels', `[${inputShape.join(', ')}]`);
  const [height = given?.[0], width = given?.[1]] = first === 3 ? [second, last] : [first, second];
  if (height === undefined || width === undefined) throw faulty('images of a fixed size', 'an open size');
  return [height, width];
}

async function assertEqual(
  bytes: Uint8Array,
  { input, output, inputShape }: OnnxFile,
  model: Uint8Array,
  images: HostTensor<'float32'>,
): Promise<void> {
  const fed = inputShape[1] === 3 ? channelsFirst(images) : images;
  const mine = await firstOutput(model, { images }, 'output');
  const wanted = await firstOutput(bytes, { [input]: fed }, output);
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = wanted.reduce((most, value, index) => Math.max(most, Math.abs(value - mine[index]!)), 0);
  if (wanted.length === mine.length && difference <= TOLERANCE * largest) return;
  throw new InvalidDataError({
    where: 'fromOnnx',
    expected: `the file's embeddings within ${TOLERANCE} of their largest element`,
    received: `a difference of ${difference / largest}`,
    fix: 'Export the network again with a recent exporter, for inference.',
  });
}

async function firstOutput(model: Uint8Array, feeds: Record<string, HostTensor>, name: string) {
  const session = await createSession(model);
  try {
    return (await session.run(feeds))[name]!.data as Float32Array;
  } finally {
    await session.release();
  }
}

function channelsFirst({ data, shape }: HostTensor<'float32'>): HostTensor<'float32'> {
  const [batch, height, width, channels] = shape;
  const pixels = height! * width!;
  const turned = new Float32Array(data.length);
  for (let n = 0; n < batch!; n++)
    for (let p = 0; p < pixels; p++)
      for (let c = 0; c < channels!; c++)
        turned[(n * channels! + c) * pixels + p] = data[(n * pixels + p) * channels! + c]!;
  return hostTensor('float32', [batch!, channels!, height!, width!], turned);
}
