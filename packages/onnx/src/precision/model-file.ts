import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { InvalidDataError } from '@hm/tensor/host';
import {
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from 'onnx-buf';

/** A parsed model with its graph, which every model has. */
export interface ModelFile {
  model: ModelProto;
  graph: GraphProto;
}

/** Parses a model. @throws {InvalidDataError} if the bytes are not an ONNX model. */
export function readModelFile(bytes: Uint8Array): ModelFile {
  try {
    const model = fromBinary(ModelProtoSchema, bytes);
    if (model.graph !== undefined && model.graph.node.length > 0) return { model, graph: model.graph };
  } catch (cause) {
    throw notOnnx('bytes that stop making sense', cause);
  }
  throw notOnnx('a model without a graph');
}

/** Encodes a model. */
export const writeModelFile = ({ model }: ModelFile): Uint8Array => toBinary(ModelProtoSchema, model);

/** Creates a node of the default domain; `integers` become its attributes. */
export const newNode = (
  opType: string,
  input: string[],
  output: string,
  integers: Record<string, number> = {},
): NodeProto =>
  create(NodeProtoSchema, {
    opType,
    name: `${opType}:${output}`,
    input,
    output: [output],
    attribute: Object.entries(integers).map(([name, value]) => ({
      name,
      type: AttributeType.INT,
      i: BigInt(value),
    })),
  });

/** Creates a constant of any type from values in memory order. */
export const newTensor = (
  name: string,
  dataType: DataType,
  dims: readonly (number | bigint)[],
  data: ArrayBufferView,
): TensorProto =>
  create(TensorProtoSchema, {
    name,
    dataType,
    dims: dims.map(BigInt),
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength).slice(),
  });

/**
 * Returns the values of a float32 constant.
 *
 * @throws {InvalidDataError} if they are stored in another file.
 */
export function floatsOf(tensor: TensorProto): Float32Array {
  if (tensor.externalData.length > 0) {
    throw new InvalidDataError({
      where: 'precision',
      expected: 'a model with its weights inside',
      received: `"${tensor.name}" in another file`,
      fix: 'Save the model as one file.',
    });
  }
  const size = tensor.dims.reduce((product, dimension) => product * Number(dimension), 1);
  const bytes = tensor.rawData.length || 4 * tensor.floatData.length;
  if (bytes !== 4 * size) {
    throw new InvalidDataError({
      where: 'precision',
      expected: `${4 * size} bytes in "${tensor.name}"`,
      received: bytes,
      fix: 'Copy or export the file again.',
    });
  }
  if (tensor.rawData.length === 0) return Float32Array.from(tensor.floatData);
  // Not rawData.slice(): on a Buffer it shares the memory.
  return new Float32Array(new Uint8Array(tensor.rawData).buffer);
}

/** Returns the float32 constants of a graph by name: its initializers, and those of its Constant nodes. */
export function floatConstants(graph: GraphProto): Map<string, TensorProto> {
  const found = graph.initializer.map((tensor) => [tensor.name, tensor] as const);
  const held = graph.node.flatMap((node) => {
    const tensor = node.opType === 'Constant' ? node.attribute.find(({ t }) => t)?.t : undefined;
    return tensor ? [[node.output[0]!, tensor] as const] : [];
  });
  return new Map([...found, ...held].filter(([, { dataType }]) => dataType === DataType.FLOAT));
}

const notOnnx = (received: string, cause?: unknown) =>
  new InvalidDataError({
    where: 'precision',
    expected: 'an ONNX model',
    received,
    fix: 'Copy or export the file again.',
    cause,
  });
