import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';

type Shape = readonly (number | string)[];

/** A node of a tiny graph: operator, inputs, output, integer attributes. */
export type TinyNode = [op: string, inputs: string[], output: string, attributes?: Record<string, number>];

export interface TinyModel {
  inputs: Record<string, Shape>;
  nodes: readonly TinyNode[];
  outputs: Record<string, Shape>;
  constants?: Record<string, { shape: readonly number[]; values: readonly number[]; int64?: boolean }>;
  inputType?: keyof typeof inputTypes;
  outputTypes?: Record<string, DataType>;
}

const inputTypes = {
  float32: DataType.FLOAT,
  float16: DataType.FLOAT16,
  int32: DataType.INT32,
  uint8: DataType.UINT8,
};

/** Serialises a small ONNX graph. */
export function tinyModel({
  inputs,
  nodes,
  outputs,
  constants = {},
  inputType = 'float32',
  outputTypes = {},
}: TinyModel): Uint8Array {
  const type = inputTypes[inputType];
  const graph = create(GraphProtoSchema, {
    name: 'tiny',
    node: nodes.map(([opType, input, output, attributes = {}]) =>
      create(NodeProtoSchema, { opType, input, output: [output], attribute: integers(attributes) }),
    ),
    input: Object.entries(inputs).map(([name, shape]) => value(name, shape, type)),
    output: Object.entries(outputs).map(([name, shape]) =>
      value(name, shape, outputTypes[name] ?? DataType.FLOAT),
    ),
    initializer: Object.entries(constants).map(([name, { shape, values, int64 }]) =>
      create(TensorProtoSchema, {
        name,
        dims: shape.map(BigInt),
        ...(int64
          ? { dataType: DataType.INT64, int64Data: values.map(BigInt) }
          : { dataType: DataType.FLOAT, floatData: [...values] }),
      }),
    ),
  });
  const opsetImport = [create(OperatorSetIdProtoSchema, { version: 17n })];
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, opsetImport, graph }));
}

/**
 * A linear network on 2×3 pixels (height × width): `embedding = flatten(input) · weight`, weight `[18, D]`,
 * then perhaps one more operator, such as Sqrt.
 */
export function linearModel(
  input: Shape,
  weight: readonly (readonly number[])[],
  last = 'Identity',
): Uint8Array {
  const size = weight[0]!.length;
  return tinyModel({
    inputs: { input },
    nodes: [
      ['Flatten', ['input'], 'flat', { axis: 1 }],
      ['MatMul', ['flat', 'weight'], 'product'],
      [last, ['product'], 'embedding'],
    ],
    outputs: { embedding: [input[0]!, size] },
    constants: { weight: { shape: [weight.length, size], values: weight.flat() } },
  });
}

const integers = (attributes: Record<string, number>): AttributeProto[] =>
  Object.entries(attributes).map(([name, number]) =>
    create(AttributeProtoSchema, { name, i: BigInt(number), type: AttributeType.INT }),
  );

const value = (name: string, shape: Shape, elemType: DataType) =>
  create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: create(TypeProto_TensorSchema, {
          elemType,
          shape: create(TensorShapeProtoSchema, { dim: shape.map(dimension) }),
        }),
      },
    }),
  });

const dimension = (size: number | string) =>
  create(TensorShapeProto_DimensionSchema, {
    value:
      typeof size === 'number'
        ? { case: 'dimValue', value: BigInt(size) }
        : { case: 'dimParam', value: size },
  });
