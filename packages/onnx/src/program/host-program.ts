import { type HostTensor, hostZeros, oneAtATime } from '@hm/tensor/host';
import type { Session } from '../session.ts';
import { NEXT, type Program } from './program.ts';
import type { StateLayouts } from './state-layouts.ts';

type HostTensors = Record<string, HostTensor>;

/**
 * A program whose state is in host memory, in two sets of buffers that take turns as input and output. The CPU computes
 * in them directly; other providers copy them to the device and back with every step.
 */
export class HostProgram implements Program {
  readonly #session: Session;
  readonly #layouts: StateLayouts;
  #current: HostTensors;
  #spare: HostTensors;
  /** Two runs at once would start from the same state, and write to the same buffers. */
  readonly #inTurn = oneAtATime();

  constructor(session: Session, layouts: StateLayouts, state: HostTensors) {
    this.#session = session;
    this.#layouts = layouts;
    this.#current = layouts.store(state);
    this.#spare = Object.fromEntries(
      Object.entries(this.#current).map(([name, { dtype, shape }]) => [name, hostZeros(dtype, shape)]),
    );
  }

  run(inputs: HostTensors): Promise<HostTensors> {
    return this.#inTurn(() => this.#run(inputs));
  }

  async #run(inputs: HostTensors): Promise<HostTensors> {
    const into = Object.fromEntries(
      Object.entries(this.#spare).map(([name, tensor]) => [NEXT + name, tensor]),
    );
    const results = await this.#session.run({ ...inputs, ...this.#current }, into);
    [this.#current, this.#spare] = [this.#spare, this.#current];
    return Object.fromEntries(Object.entries(results).filter(([name]) => !name.startsWith(NEXT)));
  }

  readState(): Promise<HostTensors> {
    return this.#inTurn(() => this.#layouts.restore(this.#current));
  }

  async writeState(state: HostTensors): Promise<void> {
    const stored = this.#layouts.store(state);
    await this.#inTurn(() => {
      this.#current = stored;
    });
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}
