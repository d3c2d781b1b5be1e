import type { HostTensor } from '@hm/tensor/host';
import { checkOptions, InvalidArgumentError, InvalidDataError } from '@hm/tensor/host';
import { TensorProto_DataType as DataType, type GraphProto, type NodeProto } from 'onnx-buf';
import { foldConstants } from '../passes/fold-constants.ts';
import { rewrite } from '../passes/rewrite.ts';
import { activationRanges, type Calibration, type Range } from './activation-ranges.ts';
import { floatsOf, newNode, newTensor, readModelFile, writeModelFile } from './model-file.ts';
import { planQuantization, type WeightPlan } from './plan-quantization.ts';
import { upgradeOpset } from './upgrade-opset.ts';

/** Options of {@link quantize}. */
export interface QuantizeOptions {
  /**
   * How the ranges of values are chosen. Default `minmax`: values are clipped nowhere within what the samples showed.
   * `{ percentile: 99.99 }` clips outliers.
   */
  calibration?: Calibration | undefined;
}

/**
 * Converts a model to 8 bits (QDQ): weights become int8 with a scale for each output channel, values between nodes
 * uint8 with ranges seen on sample inputs, and biases int32. ONNX Runtime fuses `QuantizeLinear` and `DequantizeLinear`
 * with their neighbours into integer kernels. Inputs, outputs and metadata stay as they were.
 *
 * @param batches Inputs as the network will see them, such as some tens of normalised faces.
 * @throws {InvalidDataError} if the bytes are not an ONNX model, its opset is too old, or less than half of the weights
 * are multiplied as constants, so that the file would hardly shrink.
 * @throws {NonFiniteError} if a value is not finite on the samples.
 * @example
 * const small = await quantize(model, [{ input: faces }]);
 */
export async function quantize(
  model: Uint8Array,
  batches: readonly Record<string, HostTensor>[],
  options: QuantizeOptions = {},
): Promise<Uint8Array> {
  const { calibration = 'minmax' } = checkOptions('quantize', options, {
    calibration: ['string', 'object'],
  });
  if (calibration !== 'minmax' && !(calibration.percentile > 50 && calibration.percentile <= 100))
    throw badPercentile(calibration.percentile);
  const file = readModelFile(model);
  upgradeOpset(file);
  rewrite(file, foldConstants);
  const plan = planQuantization(file.graph);
  if (plan.weights.length === 0) throw nothingToQuantize();
  if (plan.share < LEAST_SHARE) throw reachesLittle(plan.share);
  const ranges = await activationRanges(file, plan.activations, batches, calibration);
  const inputScales = new Map<string, number>();
  for (const [name, range] of ranges) inputScales.set(name, quantizeActivation(file.graph, name, range));
  for (const weight of plan.weights) quantizeWeight(file.graph, weight, inputScales);
  dropUnread(file.graph);
  return writeModelFile(file);
}

/** Below this share of the weights, 8 bits would cost accuracy and save little. */
const LEAST_SHARE = 0.5;

/**
 * Returns the share of a model's weights, by bytes, that {@link quantize} would store in 8 bits.
 *
 * @throws {InvalidDataError} if the bytes are not an ONNX model.
 */
export function quantizableShare(model: Uint8Array): number {
  const file = readModelFile(model);
  rewrite(file, foldConstants);
  return planQuantization(file.graph).share;
}

/** Inserts Q and DQ after a value and returns its scale. */
function quantizeActivation(graph: GraphProto, name: string, { low, high }: Range): number {
  const scale = Math.fround((high - low) / 255) || 1;
  const zero = Math.round(-low / scale);
  const [q, dq, scaleName, zeroName] = [`${name}_q`, `${name}_dq`, `${name}_scale`, `${name}_zero`];
  for (const node of graph.node) node.input = node.input.map((input) => (input === name ? dq : input));
  graph.initializer.push(newTensor(scaleName, DataType.FLOAT, [], Float32Array.of(scale)));
  graph.initializer.push(newTensor(zeroName, DataType.UINT8, [], Uint8Array.of(zero)));
  const producer = graph.node.findIndex(({ output }) => output.includes(name));
  graph.node.splice(
    producer + 1,
    0,
    newNode('QuantizeLinear', [name, scaleName, zeroName], q),
    newNode('DequantizeLinear', [q, scaleName, zeroName], dq),
  );
  return scale;
}

function quantizeWeight(graph: GraphProto, plan: WeightPlan, inputScales: Map<string, number>): void {
  const { node, tensor, axis } = plan;
  // One constant may serve several nodes: each gets its own copy, whose bias scale depends on the node's input.
  const name = `${node.output[0]}_weight`;
  const inputScale = inputScales.get(node.input[0]!.replace(/_dq$/, ''))!;
  const bias = biasOf(plan);
  const least = bias?.map((value) => Math.abs(value) / inputScale / LARGEST_BIAS);
  const { values, scales } = quantizeChannels(floatsOf(tensor), tensor.dims.map(Number), axis, least);
  node.input[1] = dequantized(graph, node, name, axis, scales, {
    tensor: newTensor(`${name}_q`, DataType.INT8, tensor.dims, values),
    zeros: newTensor(`${name}_zero`, DataType.INT8, [scales.length], new Int8Array(scales.length)),
  });
  if (bias !== undefined) quantizeBias(graph, node, bias, scales, inputScale);
}

/** Returns the bias of a node, if it has one for each channel. */
function biasOf({ bias, tensor, axis }: WeightPlan): Float32Array | undefined {
  const isOfChannels = bias?.dims.length === 1 && bias.dims[0] === tensor.dims[axis];
  return isOfChannels ? floatsOf(bias) : undefined;
}

function quantizeBias(
  graph: GraphProto,
  node: NodeProto,
  bias: Float32Array,
  weightScales: Float32Array,
  inputScale: number,
): void {
  const name = `${node.output[0]}_bias`;
  const scales = weightScales.map((scale) => Math.fround(scale * inputScale));
  const whole = Int32Array.from(bias, (value, channel) => Math.round(value / scales[channel]!));
  node.input[2] = dequantized(graph, node, name, 0, scales, {
    tensor: newTensor(`${name}_q`, DataType.INT32, [bias.length], whole),
    zeros: newTensor(`${name}_zero`, DataType.INT32, [bias.length], new Int32Array(bias.length)),
  });
}

/** Adds a quantised constant with its DequantizeLinear before the node, and returns the output of the latter. */
function dequantized(
  graph: GraphProto,
  reader: NodeProto,
  name: string,
  axis: number,
  scales: Float32Array,
  { tensor, zeros }: Record<'tensor' | 'zeros', ReturnType<typeof newTensor>>,
): string {
  const scale = newTensor(`${name}_scale`, DataType.FLOAT, [scales.length], scales);
  graph.initializer.push(tensor, scale, zeros);
  const node = newNode('DequantizeLinear', [tensor.name, scale.name, zeros.name], `${name}_dq`, { axis });
  graph.node.splice(graph.node.indexOf(reader), 0, node);
  return `${name}_dq`;
}

/**
 * The largest weight in 8 bits. Processors with AVX2 but without VNNI add two products of a value, at most 255, in 16
 * bits, and clip the sum: 2 · 255 · 64 still fits.
 */
const LARGEST = 64;

/** The largest bias in 32 bits. The other half of the range is left for the products that are added to it. */
const LARGEST_BIAS = 2 ** 30;

/**
 * Quantises symmetrically: the largest weight of each channel becomes {@link LARGEST}, or less if `least` sets a larger
 * scale. Beside such a bias the weights hardly count: the channel is nearly dead.
 */
function quantizeChannels(
  weights: Float32Array,
  dims: readonly number[],
  axis: number,
  least: Float32Array | undefined,
) {
  const channels = dims[axis]!;
  const inner = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
  const channelOf = (index: number) => Math.floor(index / inner) % channels;
  const scales = new Float32Array(channels);
  weights.forEach((value, k) => {
    scales[channelOf(k)] = Math.max(scales[channelOf(k)]!, Math.abs(value));
  });
  scales.forEach((largest, channel) => {
    scales[channel] = Math.max(largest / LARGEST, least?.[channel] ?? 0) || 1;
  });
  const values = Int8Array.from(weights, (value, k) =>
    Math.max(-LARGEST, Math.min(LARGEST, Math.round(value / scales[channelOf(k)]!))),
  );
  return { values, scales };
}

function dropUnread(graph: GraphProto): void {
  const read = new Set([
    ...graph.node.flatMap(({ input }) => input),
    ...graph.output.map(({ name }) => name),
  ]);
  graph.initializer = graph.initializer.filter(({ name }) => read.has(name));
  graph.node = graph.node.filter(({ opType, output }) => opType !== 'Constant' || read.has(output[0]!));
  // Before IR 4 every constant was also listed as an input.
  const constants = new Set(graph.initializer.map(({ name }) => name));
  graph.input = graph.input.filter(({ name }) => read.has(name) && !constants.has(name));
}

const nothingToQuantize = () =>
  new InvalidDataError({
    where: 'quantize',
    expected: 'a model with convolutions or matrix products by constant weights, in float32',
    received: 'none of them',
    fix: 'Quantise the float32 export, once.',
  });

const reachesLittle = (share: number) =>
  new InvalidDataError({
    where: 'quantize',
    expected: 'a model whose weights are mostly constants of convolutions and matrix products',
    received: `one where those are ${Math.round(share * 100)} % of the weights`,
    fix: 'Keep it in float32, or take half precision.',
    fields: { share },
  });

const badPercentile = (percentile: number) =>
  new InvalidArgumentError({
    where: 'quantize',
    expected: 'a percentile above 50 and up to 100',
    received: percentile,
    fix: 'Pass 99.99, for example.',
  });
