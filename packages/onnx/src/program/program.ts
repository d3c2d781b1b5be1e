import type { HostTensor } from '@hm/tensor/host';

type HostTensors = Record<string, HostTensor>;

/** A compiled step with its state. Runs, reads and writes are made one after the other, in the order of the calls. */
export interface Program {
  /** Runs one step: updates the state and returns the outputs. After an error the state is unchanged. */
  run(inputs: HostTensors): Promise<HostTensors>;
  /** Returns a copy of the state, in tfjs's own layouts. */
  readState(): Promise<HostTensors>;
  /** Replaces the state. @throws {InvalidArgumentError} if a name, a dtype or a shape differs. */
  writeState(state: HostTensors): Promise<void>;
  /** Frees the graph and its state. */
  release(): Promise<void>;
}

/** Prefix of the new state in the graph, where state and inputs share one namespace. */
export const NEXT = 'next:';
