import { type HostTensor, oneAtATime } from '@hm/tensor/host';
import type { DeviceTensor, ResidentSession } from '../session.ts';
import { NEXT, type Program } from './program.ts';
import type { StateLayouts } from './state-layouts.ts';

type HostTensors = Record<string, HostTensor>;

/** Where a state is: in host memory until the first step after it was set, on the device from then on. */
type Place = { host: HostTensors } | { device: Record<string, DeviceTensor> };

/**
 * A program whose state stays on the device: each step takes what the previous one left there, and returns its outputs.
 */
export class ResidentProgram implements Program {
  readonly #session: ResidentSession;
  readonly #layouts: StateLayouts;
  #state: Place;
  /** Two runs at once would start from the same state, and the first to end would dispose of it. */
  readonly #inTurn = oneAtATime();

  constructor(session: ResidentSession, layouts: StateLayouts, state: HostTensors) {
    this.#session = session;
    this.#layouts = layouts;
    this.#state = { host: layouts.store(state) };
  }

  run(inputs: HostTensors): Promise<HostTensors> {
    return this.#inTurn(() => this.#run(inputs));
  }

  async #run(inputs: HostTensors): Promise<HostTensors> {
    const state = 'host' in this.#state ? this.#state.host : this.#state.device;
    const { outputs, resident } = await this.#session.run({ ...inputs, ...state });
    const next = Object.entries(resident).map(([name, tensor]) => [name.slice(NEXT.length), tensor] as const);
    this.#replace({ device: Object.fromEntries(next) });
    return outputs;
  }

  readState(): Promise<HostTensors> {
    return this.#inTurn(() => this.#read());
  }

  async #read(): Promise<HostTensors> {
    const state = 'host' in this.#state ? this.#state.host : await this.#session.read(this.#state.device);
    return this.#layouts.restore(state);
  }

  async writeState(state: HostTensors): Promise<void> {
    const host = this.#layouts.store(state);
    await this.#inTurn(() => this.#replace({ host }));
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  #replace(state: Place): void {
    if ('device' in this.#state) for (const tensor of Object.values(this.#state.device)) tensor.dispose();
    this.#state = state;
  }
}
