import { UnavailableError } from '@hm/tensor/host';
import type { ExecutionProvider } from '../session/provider.ts';
import { tryModel } from './trial.ts';

/** An operator of a loaded graph, and ONNX Runtime's name of the provider that it was given to. */
export interface PlacedNode {
  operator: string;
  name: string;
  provider: string;
}

/**
 * Where ONNX Runtime would run each operator of a model, as it says itself, in a process of its own.
 *
 * @returns undefined if the model cannot be loaded there.
 * @throws {UnavailableError} if what ONNX Runtime says cannot be read.
 */
export async function placementOf(
  model: Uint8Array,
  provider: ExecutionProvider,
): Promise<PlacedNode[] | undefined> {
  const { problem, log } = await tryModel(model, provider, { verbose: true });
  return problem === undefined ? readPlacement(log) : undefined;
}

/** Reads the placement from a log. @throws {UnavailableError} if it is not there. */
export function readPlacement(log: string): PlacedNode[] {
  const lines = log.split('\n').flatMap((line) => line.split('VerifyEachNodeIsAssignedToAnEp]')[1] ?? []);
  if (lines.length === 0) throw notTold();
  const nodes: PlacedNode[] = [];
  let provider = '';
  for (const line of lines) {
    const heading = /placed on \[(\w+)\]/.exec(line);
    if (heading) provider = heading[1]!;
    const node = /^ +(\S+) \((.*)\)$/.exec(line);
    if (node) nodes.push({ operator: node[1]!, name: node[2]!, provider });
  }
  // Where all of them are on one provider, none is listed.
  return nodes.length > 0 ? nodes : [{ operator: 'every operator', name: '', provider }];
}

const notTold = () =>
  new UnavailableError({
    where: 'compile',
    expected: 'ONNX Runtime to say where each operator would run',
    received: 'nothing of it in its log',
    fix: 'Install onnxruntime-node 1.30, or choose the provider cpu.',
  });
