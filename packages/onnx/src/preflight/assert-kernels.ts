import { UnavailableError } from '@hm/tensor/host';
import { TensorProto_DataType as DataType } from 'onnx-buf';
import { placementOf } from '#runtime';
import { readModelFile } from '../precision/model-file.ts';
import { loadSession } from '../session/load-session.ts';
import type { Provider } from '../session/provider.ts';
import { executionProvider } from '../session/providers.ts';
import type { Session, SessionOptions } from '../session.ts';
import { valueTypes } from './value-types.ts';

/**
 * Checks that ONNX Runtime leaves no operator of a graph to the CPU for want of a kernel. Those that handle nothing but
 * integers and truth values, sizes and indices, may run there. In a browser it cannot be found out.
 *
 * @throws {UnavailableError} if there is one; the message and `fields.operators` name them.
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

/** A session of outputs with known shapes, on a provider that has kernels for all of its graph. @throws {UnavailableError} as {@link assertKernels} does. */
export async function createWholeSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  await assertKernels(model, options);
  return loadSession(model, options, { takesOutputs: (options.provider ?? 'cpu') === 'cpu' });
}

const CPU = 'CPUExecutionProvider';

/** Whether a node reads or yields floats, by its name; one that ONNX Runtime made of others is taken to do so. */
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
