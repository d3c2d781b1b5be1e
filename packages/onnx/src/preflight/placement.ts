import { UnavailableError } from '@hm/tensor/host';
import type { ExecutionProvider } from '../session/provider.ts';
import { tryModel } from './trial.ts';

/** An operator of a loaded graph, and ONNX Runtime's name of the provider that it is assigned to. */
export interface PlacedNode {
  operator: string;
  name: string;
  provider: string;
}

/**
 * Returns where ONNX Runtime would run each operator of a model, according to its own log in a separate process.
 *
 * @returns undefined if the model cannot be loaded there.
 * @throws {UnavailableError} if ONNX Runtime's log cannot be read.
 */
export async function placementOf(
  model: Uint8Array,
  provider: ExecutionProvider,
): Promise<PlacedNode[] | undefined> {
  const { problem, log } = await tryModel(model, provider, { verbose: true });
  return problem === undefined ? readPlacement(log) : undefined;
}

/** Reads the placement from a log. @throws {UnavailableError} if the log does not have it. */
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
  // If all operators are on one provider, none is listed.
  return nodes.length > 0 ? nodes : [{ operator: 'every operator', name: '', provider }];
}

const notTold = () =>
  new UnavailableError({
    where: 'compile',
    expected: 'ONNX Runtime to say where each operator would run',
    received: 'nothing of it in its log',
    fix: 'Install onnxruntime-node 1.30, or choose the provider cpu.',
  });
