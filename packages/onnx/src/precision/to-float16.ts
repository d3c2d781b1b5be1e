import { create } from '@bufbuild/protobuf';
import { InvalidDataError } from '@hm/tensor/host';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import { toHalf } from './half.ts';
import { floatsOf, newNode, newTensor, readModelFile, writeModelFile } from './model-file.ts';

/** Operators with an input that must stay float32. */
const UNSUPPORTED = new Set([
  'Resize',
  'Upsample',
  'QuantizeLinear',
  'DequantizeLinear',
  'If',
  'Loop',
  'Scan',
]);

/**
 * Converts a model to half precision: weights and everything between inputs and outputs become float16, inputs and
 * outputs stay float32. The file is half as large. GPUs compute in half precision; on a CPU that lacks the kernels,
 * ONNX Runtime computes in float32 between casts.
 *
 * @throws {InvalidDataError} if the bytes are not an ONNX model, a weight is beyond ±65504, or an operator has no half
 * form.
 * @example
 * await writeFile('face-fp16.onnx', toFloat16(await readFile('face.onnx')));
 */
export function toFloat16(model: Uint8Array): Uint8Array {
  const file = readModelFile(model);
  const { graph } = file;
  const unsupported = graph.node.find(({ opType }) => UNSUPPORTED.has(opType));
  if (unsupported !== undefined) throw noHalf(unsupported.opType, unsupported.name);
  graph.initializer = graph.initializer.map(halved);
  for (const node of graph.node) {
    holdTensor(node);
    const { opType, attribute } = node;
    for (const entry of attribute) {
      if (entry.type === AttributeType.TENSOR && entry.t) entry.t = halved(entry.t);
      if (opType === 'Cast' && entry.name === 'to' && entry.i === BigInt(DataType.FLOAT))
        entry.i = BigInt(DataType.FLOAT16);
    }
  }
  graph.valueInfo.forEach(halve);
  castInputs(graph);
  castOutputs(graph);
  return writeModelFile(file);
}

/** Writes the float32 values that a node holds in another form, or by default, as a tensor. */
function holdTensor({ opType, attribute, output: [name = ''] }: NodeProto): void {
  const isConstant = opType === 'Constant';
  const place = attribute.findIndex((entry) => isConstant && /^value_floats?$/.test(entry.name));
  if (place >= 0) {
    const { type, f, floats } = attribute[place]!;
    const values = Float32Array.from(type === AttributeType.FLOAT ? [f] : floats);
    attribute[place] = held(
      newTensor(name, DataType.FLOAT, type === AttributeType.FLOAT ? [] : [values.length], values),
    );
  } else if (opType === 'ConstantOfShape' && attribute.length === 0)
    attribute.push(held(newTensor(name, DataType.FLOAT, [1], Float32Array.of(0))));
}

const held = (t: TensorProto) =>
  create(AttributeProtoSchema, { name: 'value', type: AttributeType.TENSOR, t });

function castInputs(graph: GraphProto): void {
  const constants = new Set(graph.initializer.map(({ name }) => name));
  graph.input.filter(({ name }) => constants.has(name)).forEach(halve);
  const names = namesOf(graph.input.filter((value) => isFloat(value) && !constants.has(value.name)));
  for (const node of graph.node) node.input = node.input.map((name) => names.get(name) ?? name);
  const casts = [...names].map(([name, half]) => newNode('Cast', [name], half, { to: DataType.FLOAT16 }));
  graph.node = [...casts, ...graph.node];
}

function castOutputs(graph: GraphProto): void {
  const names = namesOf(graph.output.filter(isFloat));
  for (const node of graph.node) {
    node.input = node.input.map((name) => names.get(name) ?? name);
    node.output = node.output.map((name) => names.get(name) ?? name);
  }
  for (const [name, half] of names) graph.node.push(newNode('Cast', [half], name, { to: DataType.FLOAT }));
}

/** Maps the names of inputs or outputs to those of their half-precision values inside the graph. */
const namesOf = (values: readonly ValueInfoProto[]) =>
  new Map(values.map(({ name }) => [name, `${name}_float16`]));

function isFloat({ type }: ValueInfoProto): boolean {
  return type?.value.case === 'tensorType' && type.value.value.elemType === DataType.FLOAT;
}

function halve(value: ValueInfoProto): void {
  if (isFloat(value) && value.type?.value.case === 'tensorType')
    value.type.value.value.elemType = DataType.FLOAT16;
}

function halved(tensor: TensorProto): TensorProto {
  if (tensor.dataType !== DataType.FLOAT) return tensor;
  const values = floatsOf(tensor);
  const tooLarge = values.find((value) => Math.abs(value) > 65504);
  if (tooLarge !== undefined) throw beyondHalf(tensor.name, tooLarge);
  return newTensor(tensor.name, DataType.FLOAT16, tensor.dims, Uint16Array.from(values, toHalf));
}

const noHalf = (operator: string, name: string) =>
  new InvalidDataError({
    where: 'toFloat16',
    expected: 'operators that take float16 throughout',
    received: `${operator} "${name}"`,
    fix: 'Keep this model in float32.',
    fields: { operator },
  });

const beyondHalf = (name: string, value: number) =>
  new InvalidDataError({
    where: 'toFloat16',
    expected: 'weights within ±65504',
    received: `${value} in "${name}"`,
    fix: 'Keep this model in float32, or quantise it.',
    fields: { name },
  });
