import type { HostTensor } from '@hm/tensor/host';

type HostTensors = Record<string, HostTensor>;

/** A compiled step with its state. */
export interface Program {
  /** Runs one step; the state moves on, the outputs come back. After an error the state is what it was. */
  run(inputs: HostTensors): Promise<HostTensors>;
  /** A copy of the state, in tfjs's own layouts. */
  readState(): Promise<HostTensors>;
  /** Replaces the state. @throws {InvalidArgumentError} if a name, a dtype or a shape differs. */
  writeState(state: HostTensors): Promise<void>;
  /** Frees the graph and its state. */
  release(): Promise<void>;
}

/** State and inputs share one namespace in the graph; new state is told apart by this prefix. */
export const NEXT = 'next:';
