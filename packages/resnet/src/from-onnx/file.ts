import { fromBinary } from '@bufbuild/protobuf';
import { type HostTensor, hostTensor, InvalidDataError, printable, sizeOf } from '@hm/tensor';
import {
  TensorProto_DataType as DataType,
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
} from 'onnx-buf';

/** The parts of an ONNX file that form a network. */
export interface OnnxFile {
  nodes: readonly NodeProto[];
  input: string;
  output: string;
  /** The declared sizes of the input, undefined for a size that the file leaves open. */
  inputShape: readonly (number | undefined)[];
  /** The float32 constants. */
  weights: ReadonlyMap<string, HostTensor<'float32'>>;
  /** Names of shapes that the file computes from other shapes, as for `x.view(x.shape[0], -1)`. */
  computedShapes: ReadonlySet<string>;
  /** The integer constants, such as shapes. */
  integers: ReadonlyMap<string, readonly number[]>;
}

/**
 * Reads an ONNX file with one input and one output. It opens no other file.
 *
 * @throws {InvalidDataError} if it is not such a file, weights are missing or in another file, or an operator is not
 * one of ONNX's own.
 */
export function readOnnxFile(bytes: Uint8Array): OnnxFile {
  const graph = graphOf(bytes);
  const known = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !known.has(name));
  if (inputs.length !== 1 || graph.output.length !== 1)
    throw faulty('one input and one output', `${inputs.length} and ${graph.output.length}`);
  const weights = new Map<string, HostTensor<'float32'>>();
  const integers = new Map<string, readonly number[]>();
  const keep = (name: string, tensor: TensorProto) => {
    if (tensor.dataType === DataType.FLOAT) weights.set(name, floatsOf(name, tensor));
    if (WHOLE.has(tensor.dataType)) integers.set(name, integersOf(name, tensor));
  };
  for (const tensor of graph.initializer) keep(tensor.name, tensor);
  const computedShapes = new Set<string>();
  const nodes = graph.node.filter((node) => {
    if (node.domain !== '' && node.domain !== 'ai.onnx')
      throw faulty("ONNX's own operators", `${printable(node.opType)} of ${printable(node.domain)}`);
    const [from, to] = [node.input[0] ?? '', node.output[0]!];
    const value = node.attribute.find(({ name }) => name === 'value')?.t;
    if (node.opType === 'Constant' && value) keep(to, value);
    const weight = weights.get(from);
    if (weight && REARRANGES.has(node.opType)) weights.set(to, withAxes(weight, node, integers));
    const ofShapes = node.opType === 'Shape' || node.input.some((name) => computedShapes.has(name));
    if (ofShapes && node.opType !== 'Reshape') computedShapes.add(to);
    return !(node.opType === 'Constant' || weights.has(to) || computedShapes.has(to));
  });
  const type = inputs[0]!.type?.value;
  const dims = type?.case === 'tensorType' ? type.value.shape?.dim : undefined;
  if (dims?.length !== 4) throw faulty('an input of rank 4', dims ? `rank ${dims.length}` : 'an open rank');
  const sizes = dims.map(({ value }) => (value.case === 'dimValue' ? Number(value.value) : 0));
  return {
    nodes,
    computedShapes,
    input: inputs[0]!.name,
    output: graph.output[0]!.name,
    inputShape: sizes.map((size) => (size > 0 ? size : undefined)),
    weights,
    integers,
  };
}

const WHOLE = new Set<number>([DataType.INT64, DataType.INT32, DataType.BOOL]);

/** Operators that exporters put between a weight and its use. */
const REARRANGES = new Set(['Identity', 'Unsqueeze']);

function withAxes(
  { shape, data }: HostTensor<'float32'>,
  { input, attribute }: NodeProto,
  integers: ReadonlyMap<string, readonly number[]>,
): HostTensor<'float32'> {
  const given = attribute.find(({ name }) => name === 'axes')?.ints.map(Number);
  const axes = given ?? integers.get(input[1] ?? '') ?? [];
  const rank = shape.length + axes.length;
  const sizes = [...shape];
  for (const axis of axes.map((each) => (each + rank) % rank).sort((a, b) => a - b)) sizes.splice(axis, 0, 1);
  return hostTensor('float32', sizes, data);
}

function graphOf(bytes: Uint8Array): GraphProto {
  try {
    const { graph } = fromBinary(ModelProtoSchema, bytes);
    if (graph !== undefined && graph.node.length > 0) return graph;
  } catch (cause) {
    throw faulty('an ONNX model', 'bytes that stop making sense', cause);
  }
  throw faulty('an ONNX model', 'one without a graph');
}

function floatsOf(name: string, tensor: TensorProto): HostTensor<'float32'> {
  const shape = shapeOf(tensor);
  if (tensor.dataLocation !== 0)
    throw faulty(`the weights "${printable(name)}" in the file`, 'a file beside it');
  const data =
    tensor.rawData.byteLength > 0
      ? new Float32Array(
          Uint8Array.from(tensor.rawData).buffer.slice(0, 4 * Math.floor(tensor.rawData.byteLength / 4)),
        )
      : Float32Array.from(tensor.floatData);
  if (data.length !== sizeOf(shape))
    throw faulty(`${sizeOf(shape)} values of "${printable(name)}"`, `${data.length}`);
  return hostTensor('float32', shape, data);
}

function integersOf(name: string, tensor: TensorProto): number[] {
  const { rawData, int64Data, int32Data, dataType } = tensor;
  const size = sizeOf(shapeOf(tensor));
  const raw = Uint8Array.from(rawData).buffer;
  const wide = dataType === DataType.INT64;
  const Stored = wide ? BigInt64Array : dataType === DataType.BOOL ? Uint8Array : Int32Array;
  if (raw.byteLength % Stored.BYTES_PER_ELEMENT !== 0)
    throw faulty(`whole numbers in "${printable(name)}"`, 'a part of one');
  const stored = Array.from(new Stored(raw) as Iterable<number | bigint>, Number);
  const values = stored.length > 0 ? stored : wide ? int64Data.map(Number) : [...int32Data];
  if (values.length !== size) throw faulty(`${size} values of "${printable(name)}"`, `${values.length}`);
  return values;
}

const shapeOf = ({ dims }: TensorProto) => dims.map(Number);

export const faulty = (expected: string, received: string, cause?: unknown) =>
  new InvalidDataError({
    where: 'fromOnnx',
    expected,
    received,
    fix: 'Export the network again: for inference, in one file, with images of a fixed size as input.',
    cause,
  });
