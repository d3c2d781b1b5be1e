import { type HostDtype, type HostTensor, hostTensor, hostZeros } from '@hm/tensor/host';
import type { Tensor } from '../runtime.ts';
import type { LoadedGraph } from './loaded-graph.ts';
import type { Provider } from './provider.ts';
import type { ValueInfo } from './session-options.ts';

type HostTensors = Record<string, HostTensor>;

/** An ONNX graph, loaded and ready to run. */
export interface Session {
  readonly provider: Provider;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** The model's `metadata_props`. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Runs the graph. Outputs named in `into` are written to those tensors' memory instead of new memory.
   *
   * @throws {InvalidArgumentError} if a feed is missing, unknown, or of another dtype or shape, or after `release()`.
   * @throws {UnavailableError} if ONNX Runtime fails, for example for lack of memory.
   */
  run(feeds: HostTensors, into?: HostTensors): Promise<HostTensors>;
  /** Frees the graph's memory. The session cannot run afterwards. */
  release(): Promise<void>;
}

/** A graph that can be run. */
export type RunnableGraph = Pick<LoadedGraph, 'run' | 'release'>;

/** Provides another graph for some runs, instead of the one that was loaded. */
export interface Substitute {
  graphFor(feeds: HostTensors): Promise<RunnableGraph>;
  release(): Promise<void>;
}

/** Creates a session whose inputs and outputs are in host memory. */
export function hostSession(graph: LoadedGraph, substitute?: Substitute): Session {
  const { runtime, provider, inputs, outputs, metadata } = graph;
  return {
    provider,
    inputs,
    outputs,
    metadata,
    async run(feeds, into = {}) {
      const given = runtime.writesGivenOutputs ? into : {};
      const memoryFor = ({ name, dtype, shape }: ValueInfo) =>
        given[name] ?? (graph.takesOutputs ? hostZeros(dtype, shape as number[]) : undefined);
      const fetches = outputs.map((output) => {
        const memory = memoryFor(output);
        return [output.name, memory ? graph.toRuntime(memory) : null] as const;
      });
      const results = await runEither(graph, substitute, feeds, Object.fromEntries(fetches));
      const tensors = Object.entries(results).map(([name, tensor]) => [name, toHost(tensor)] as const);
      const record = Object.fromEntries(tensors);
      return runtime.writesGivenOutputs ? record : copyInto(record, into);
    },
    async release() {
      await graph.release();
      await substitute?.release();
    },
  };
}

/** Runs what stands in for a graph, or the graph itself if nothing does, or if it fails at what the graph can do. */
async function runEither(
  graph: LoadedGraph,
  substitute: Substitute | undefined,
  feeds: HostTensors,
  outputs: Parameters<LoadedGraph['run']>[1],
): ReturnType<LoadedGraph['run']> {
  const chosen = (await substitute?.graphFor(feeds)) ?? graph;
  if (chosen === graph) return graph.run(feeds, outputs);
  return chosen.run(feeds, outputs).catch(() => graph.run(feeds, outputs));
}

function copyInto(tensors: HostTensors, into: HostTensors): HostTensors {
  for (const [name, target] of Object.entries(into)) {
    if (!Object.hasOwn(tensors, name)) continue;
    (target.data as Float32Array).set(tensors[name]!.data as Float32Array);
    tensors[name] = target;
  }
  return tensors;
}

/** Wraps a tensor of ONNX Runtime that is in host memory, without a copy. */
export const toHost = ({ type, dims, data }: Tensor): HostTensor =>
  hostTensor(type as HostDtype, dims, data as never);
