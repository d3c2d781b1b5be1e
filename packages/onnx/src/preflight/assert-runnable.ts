import { UnavailableError } from '@hm/tensor/host';
import { TensorProto_DataType as DataType, type GraphProto, type NodeProto } from 'onnx-buf';
import { placementOf, probeProvider } from '#runtime';
import { readModelFile } from '../precision/model-file.ts';
import { loadSession } from '../session/load-session.ts';
import type { Provider } from '../session/provider.ts';
import { executionProvider } from '../session/providers.ts';
import type { Session, SessionOptions } from '../session.ts';

/**
 * Checks that ONNX Runtime leaves no operator of a graph to the CPU because it lacks a kernel. Operators that handle
 * only integers and booleans, sizes and indices, may run there. In a browser this cannot be found out.
 *
 * @throws {UnavailableError} if there are such operators; the message and `fields.operators` name them.
 */
export async function assertKernels(
  model: Uint8Array,
  { provider = 'cpu', deviceId }: Pick<SessionOptions, 'provider' | 'deviceId'>,
): Promise<void> {
  if (provider === 'cpu') return;
  const nodes = (await placementOf(model, executionProvider(provider, deviceId))) ?? [];
  const touched = floatNodes(model);
  const left = nodes.filter((node) => node.provider === CPU && touched(node.name));
  if (left.length > 0) throw noKernels(provider, [...new Set(left.map(({ operator }) => operator))]);
}

/**
 * Loads a session, with outputs of known shapes, on a provider that has kernels for all of its graph.
 *
 * @throws {UnavailableError} as {@link assertKernels} does.
 */
export async function createWholeSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  await assertKernels(model, options);
  return loadSession(model, options, { takesOutputs: (options.provider ?? 'cpu') === 'cpu' });
}

const CPU = 'CPUExecutionProvider';

/**
 * Returns a function that is true for the names of nodes that read or return floats. Nodes that ONNX Runtime made from
 * others count as such.
 */
function floatNodes(model: Uint8Array): (name: string) => boolean {
  const { graph } = readModelFile(model);
  const types = valueTypes(graph);
  const isFloat = (value: string) =>
    [DataType.FLOAT, DataType.FLOAT16, DataType.UNDEFINED].includes(types.get(value) ?? DataType.UNDEFINED);
  const nodes = new Map(graph.node.map((node) => [node.name, node]));
  return (name) => {
    const node = nodes.get(name);
    return node === undefined || [...node.input, ...node.output].filter(Boolean).some(isFloat);
  };
}

const noKernels = (provider: Provider, operators: readonly string[]) =>
  new UnavailableError({
    where: 'compile',
    expected: `kernels of ${provider} for all operators of the step`,
    received: `none for ${operators.join(', ')}`,
    fix: 'Write the step without them, or choose another provider.',
    fields: { provider, operators },
  });

/** Operators that return booleans. */
const BOOLEAN = new Set(
  'And Equal Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Not Or Xor'.split(' '),
);
/** Operators that return sizes and indices. */
const INDICES = new Set(['ArgMax', 'ArgMin', 'NonZero', 'Shape', 'Size']);

/** Returns the element type of each value of a traced graph, by name. */
function valueTypes(graph: GraphProto): Map<string, DataType> {
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
  // `Where` and `OneHot` have the type of the values that they choose from.
  const source = { Where: 1, OneHot: 2 }[opType] ?? 0;
  return types.get(input[source]!) ?? DataType.UNDEFINED;
}

/**
 * Checks that a provider computes in half precision. If a provider does not start at all, this is left to the loading
 * of a session on it, which reports it.
 *
 * @throws {UnavailableError} if the provider starts but does not compute in half precision.
 */
export async function assertHalf({ provider = 'cpu', deviceId }: SessionOptions): Promise<void> {
  if (provider === 'cpu') return;
  const executor = executionProvider(provider, deviceId);
  const problem = await probeProvider(executor, true);
  if (problem === undefined || (await probeProvider(executor)) !== undefined) return;
  throw noHalf(provider, problem);
}

const noHalf = (provider: Provider, problem: string) =>
  new UnavailableError({
    where: 'compile',
    expected: `half precision on ${provider} for mixedPrecision`,
    received: problem,
    fix: 'Leave out mixedPrecision, or use a graphics processor and a driver that have it (with WebGPU: shader-f16).',
    fields: { provider },
  });
