import { create } from '@bufbuild/protobuf';
import type { HostDtype } from '@hm/tensor/host';
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from 'onnx-buf';
import type { Attribute, GraphNode, GraphValue } from './graph-node.ts';

const dataTypes: Record<HostDtype, DataType> = {
  float32: DataType.FLOAT,
  int32: DataType.INT32,
  bool: DataType.BOOL,
  uint8: DataType.UINT8,
  int64: DataType.INT64,
  float16: DataType.FLOAT16,
};

/** Returns the number of a dtype in ONNX, as the `Cast` operator takes it. */
export const dataTypeOf = (dtype: HostDtype): number => dataTypes[dtype];

/** Creates a constant in the format of a file. */
export const constantProto = (
  name: string,
  dtype: HostDtype,
  shape: readonly number[],
  values: ArrayLike<number>,
): TensorProto =>
  create(TensorProtoSchema, {
    name,
    dataType: dataTypes[dtype],
    dims: shape.map(BigInt),
    rawData: bytesOf(dtype, values),
  });

/** Converts a node to the format of a file. */
export const nodeProto = (node: GraphNode): NodeProto =>
  create(NodeProtoSchema, {
    opType: node.op,
    domain: node.domain,
    name: node.outputs[0]!,
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes).map(([name, value]) => attributeProto(name, value)),
  });

/** Converts a node from the format of a file. */
export const graphNode = ({ opType, domain, input, output, attribute }: NodeProto): GraphNode => ({
  op: opType,
  domain: domain === 'ai.onnx' ? '' : domain,
  inputs: input,
  outputs: output,
  attributes: Object.fromEntries(attribute.map((entry) => [entry.name, attributeOf(entry)])),
  sameShape: false,
});

function attributeOf(entry: AttributeProto): Attribute {
  const isExact = [entry.i, ...entry.ints].every((value) => Number.isSafeInteger(Number(value)));
  // Such as the largest integer, which means "to the end". As a number it would be another one in the file again.
  if (!isExact) return entry;
  if (entry.type === AttributeType.INT) return Number(entry.i);
  if (entry.type === AttributeType.INTS) return entry.ints.map(Number);
  if (entry.type === AttributeType.STRING) return new TextDecoder().decode(entry.s);
  return entry.type === AttributeType.FLOAT ? { float: entry.f } : entry;
}

function bytesOf(dtype: HostDtype, values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const bytes = (data: { buffer: ArrayBufferLike }) => new Uint8Array(data.buffer as ArrayBuffer);
  if (dtype === 'float32') return bytes(new Float32Array(values));
  if (dtype === 'int32') return bytes(new Int32Array(values));
  if (dtype === 'int64') return bytes(BigInt64Array.from(Array.from(values, BigInt)));
  return Uint8Array.from(values);
}

function attributeProto(name: string, value: Attribute) {
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: BigInt(value) };
  if (typeof value === 'string')
    return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if ('$typeName' in value) return value;
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: value.map(BigInt) };
}

/** Converts a graph's input or output to the format of a file. */
export const valueInfoProto = ({ name, dtype, shape }: GraphValue) => ({
  name,
  type: {
    value: {
      case: 'tensorType' as const,
      value: { elemType: dataTypes[dtype], shape: { dim: shape.map(dimensionProto) } },
    },
  },
});

function dimensionProto(size: number | string) {
  if (size === '') return {};
  return {
    value:
      typeof size === 'string'
        ? { case: 'dimParam' as const, value: size }
        : { case: 'dimValue' as const, value: BigInt(size) },
  };
}
