import { TensorProto_DataType as DataType, type GraphProto, type NodeProto } from 'onnx-buf';

/** Operators that yield truth values. */
const BOOLEAN = new Set(
  'And Equal Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Not Or Xor'.split(' '),
);
/** Operators that yield sizes and indices. */
const INDICES = new Set(['ArgMax', 'ArgMin', 'NonZero', 'Shape', 'Size']);

/** The element type of each value of a traced graph, by name. */
export function valueTypes(graph: GraphProto): Map<string, DataType> {
  const types = new Map(graph.initializer.map(({ name, dataType }) => [name, dataType as DataType]));
  for (const { name, type } of graph.input)
    if (type?.value.case === 'tensorType') types.set(name, type.value.value.elemType);
  for (const node of graph.node)
    for (const [place, name] of node.output.entries()) types.set(name, typeOf(node, place, types));
  return types;
}

function typeOf(node: NodeProto, place: number, types: ReadonlyMap<string, DataType>): DataType {
  const { opType, input } = node;
  if (BOOLEAN.has(opType)) return DataType.BOOL;
  if (INDICES.has(opType) || (opType === 'TopK' && place === 1)) return DataType.INT64;
  if (opType === 'Cast') return Number(node.attribute.find(({ name }) => name === 'to')!.i) as DataType;
  // A choice and a one-hot vector have the type of what they choose from.
  const source = { Where: 1, OneHot: 2 }[opType] ?? 0;
  return types.get(input[source]!) ?? DataType.UNDEFINED;
}
