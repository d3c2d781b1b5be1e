import { type HostTensor, InvalidArgumentError } from '@hm/tensor/host';
import { type Layout, restore, store } from '../layout.ts';

type HostTensors = Record<string, HostTensor>;
type Spec = Pick<HostTensor, 'dtype' | 'shape'>;

/** Layouts of the parts of a state in a graph, each of which has its own. */
export class StateLayouts {
  readonly #specs: Record<string, Spec>;
  readonly #layouts: Record<string, Layout>;
  readonly #block: number;

  constructor(state: HostTensors, layouts: Record<string, Layout>, block: number) {
    this.#layouts = layouts;
    this.#block = block;
    this.#specs = Object.fromEntries(
      Object.entries(state).map(([name, { dtype, shape }]) => [name, { dtype, shape }]),
    );
  }

  /**
   * Returns a copy of a state in the graph's layouts.
   *
   * @throws {InvalidArgumentError} if a name, a dtype or a shape differs.
   */
  store(state: HostTensors): HostTensors {
    this.#assertSame(state);
    return this.#map((name) => store(state[name]!, this.#layoutOf(name), this.#block));
  }

  /** Returns a copy in tfjs's own layouts of a state in the graph's layouts. */
  restore(state: HostTensors): HostTensors {
    return this.#map((name, { shape }) => restore(state[name]!, this.#layoutOf(name), shape, this.#block));
  }

  #layoutOf = (name: string): Layout => this.#layouts[name] ?? 'logical';

  #map(change: (name: string, spec: Spec) => HostTensor): HostTensors {
    return Object.fromEntries(
      Object.entries(this.#specs).map(([name, spec]) => [name, change(name, spec)] as const),
    );
  }

  #assertSame(state: HostTensors): void {
    for (const name of new Set([...Object.keys(this.#specs), ...Object.keys(state)])) {
      const [wanted, given] = [describe(this.#specs[name]), describe(state[name])];
      if (wanted === given) continue;
      throw new InvalidArgumentError({
        where: 'Program.writeState',
        expected: `"${name}": ${wanted}`,
        received: given,
        fix: 'Write a state that was read from a program of the same step.',
      });
    }
  }
}

const describe = (tensor: Spec | undefined) =>
  tensor === undefined ? 'nothing' : `${tensor.dtype} [${tensor.shape.join(', ')}]`;
