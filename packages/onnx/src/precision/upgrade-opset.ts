import { InvalidDataError } from '@hm/tensor/host';
import { type AttributeProto, TensorProto_DataType as DataType, type NodeProto } from 'onnx-buf';
import { type ModelFile, newTensor } from './model-file.ts';

/** The first opset in which weights can have a scale for each channel. */
const QUANTIZATION_OPSET = 13n;

/** Operators that mean the same from opset 7 to 13. */
const UNCHANGED = new Set(
  'Conv ConvTranspose Relu PRelu LeakyRelu Sigmoid Tanh Add Sub Mul Div Sqrt Gemm MatMul BatchNormalization Reshape Flatten Transpose Constant Identity Dropout Concat Cast GlobalAveragePool AveragePool MaxPool ReduceMean LpNormalization Shape Gather'.split(
    ' ',
  ),
);

/** Attributes that later opsets do not have, with the value that means what happens without them in inference. */
const DROPPED: Readonly<Record<string, { name: string; isImplied: (attribute: AttributeProto) => boolean }>> =
  {
    Dropout: { name: 'ratio', isImplied: () => true },
    BatchNormalization: { name: 'spatial', isImplied: ({ i }) => i === 1n },
  };

/**
 * Upgrades a graph of the usual operators of face networks to opset 13, in place.
 *
 * @throws {InvalidDataError} if the meaning of an operator may have changed.
 */
export function upgradeOpset(file: ModelFile): void {
  const own = file.model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  if (own === undefined || own.version >= QUANTIZATION_OPSET) return;
  for (const node of file.graph.node) {
    if (node.opType === 'Clip') limitsToInputs(file, node);
    else if (node.domain !== '' || !UNCHANGED.has(node.opType) || own.version < 7n || !dropAttribute(node))
      throw tooOld(node, own.version);
  }
  own.version = QUANTIZATION_OPSET;
  if (file.model.irVersion < 7n) file.model.irVersion = 7n;
}

/** Removes what later opsets do not have; returns false if the node cannot do without it. */
function dropAttribute(node: NodeProto): boolean {
  const dropped = DROPPED[node.opType];
  const found = node.attribute.find(({ name }) => name === dropped?.name);
  node.attribute = node.attribute.filter((attribute) => attribute !== found);
  return found === undefined || dropped!.isImplied(found);
}

/** Clip's limits were attributes before opset 11. */
function limitsToInputs({ graph }: ModelFile, node: NodeProto): void {
  for (const [place, name] of [
    [1, 'min'],
    [2, 'max'],
  ] as const) {
    const limit = node.attribute.find((attribute: AttributeProto) => attribute.name === name);
    if (limit === undefined) continue;
    const constant = `${node.output[0]}_${name}`;
    graph.initializer.push(newTensor(constant, DataType.FLOAT, [], Float32Array.of(limit.f)));
    while (node.input.length < place) node.input.push('');
    node.input[place] = constant;
  }
  node.attribute = [];
}

const tooOld = ({ opType, name }: NodeProto, version: bigint) =>
  new InvalidDataError({
    where: 'quantize',
    expected: `a model of opset ${QUANTIZATION_OPSET} or newer, or of operators that did not change since`,
    received: `opset ${version} with ${opType} "${name}"`,
    fix: `Export the model again with opset ${QUANTIZATION_OPSET} or newer.`,
    fields: { operator: opType },
  });
