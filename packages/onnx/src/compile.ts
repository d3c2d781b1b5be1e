import { type HostTensor, hostZeros, InvalidArgumentError } from '@hm/tensor/host';
import type { Tensor } from '@tensorflow/tfjs-core';
import { blockSize } from './blocks.ts';
import { type Layout, restore, store } from './layout.ts';
import { isReduction } from './segments/cut-graph.ts';
import { createSegmentedSession, type SumOverRanks } from './segments/segmented-session.ts';
import { createSession, type Session, type SessionOptions } from './session.ts';
import { type InputSpec, type Recording, record } from './trace.ts';
import { TraceError } from './trace-error.ts';

type Tensors = Record<string, Tensor>;
type HostTensors = Record<string, HostTensor>;

/** One step: state and inputs in, the next state and outputs out. The next state has the names and shapes of the state. */
export type StepFunction = (state: Tensors, inputs: Tensors) => { state: Tensors; outputs: Tensors };

/** What {@link compile} needs to know. */
export interface CompileOptions extends SessionOptions {
  /** The state before the first step. Its values are copied. */
  state: HostTensors;
  /** Shapes and dtypes of what comes in with every step. */
  inputs: Record<string, InputSpec>;
  /**
   * Adds up numbers over all ranks, in place: needed if the step reaches over them with `allReduce` of @hm/tensor. The
   * graph is then cut there, and this is called between its parts.
   */
  sumOverRanks?: SumOverRanks;
}

/** A compiled step with its state. */
export interface Program {
  /** Runs one step; the state moves on, the outputs come back. */
  run(inputs: HostTensors): Promise<HostTensors>;
  /** A copy of the state, in tfjs's own layouts. */
  readState(): Promise<HostTensors>;
  /** Replaces the state. @throws {InvalidArgumentError} if a name, a dtype or a shape differs. */
  writeState(state: HostTensors): Promise<void>;
  /** Frees the graph and its state. */
  release(): Promise<void>;
}

/** State and inputs share one namespace in the graph; new state is told apart by this prefix. */
const NEXT = 'next:';

/**
 * Traces a step and loads it into ONNX Runtime. The state stays in the layout that the graph computes in, in two
 * buffers that take turns as input and output, so that no step copies it.
 *
 * @throws {TraceError} if the step cannot be traced, or reaches over ranks without `sumOverRanks`.
 * @throws {UnavailableError} if the provider is not there.
 * @throws {InvalidArgumentError} if the step returns another state than it was given.
 * @example
 * const counter = await compile(
 *   ({ count }, { by }) => ({ state: { count: tf.add(count, by) }, outputs: {} }),
 *   { state: { count: hostZeros('float32', []) }, inputs: { by: { shape: [] } } },
 * );
 */
export async function compile(
  step: StepFunction,
  { state, inputs, sumOverRanks, ...session }: CompileOptions,
): Promise<Program> {
  const block = (session.provider ?? 'cpu') === 'cpu' ? await blockSize() : 0;
  const { recording, layouts } = recordInOwnLayouts(step, state, inputs, block);
  return new SessionProgram(await load(recording, sumOverRanks, session), state, layouts, block);
}

function load(recording: Recording, sum: SumOverRanks | undefined, session: SessionOptions) {
  if (!recording.graph.nodes.some(isReduction)) return createSession(recording.model, session);
  if (sum !== undefined) return createSegmentedSession(recording, sum, session);
  throw new TraceError({
    where: 'compile',
    expected: '`sumOverRanks` for a step that reaches over ranks',
    received: 'a step with allReduce() alone',
    fix: 'Pass sumOverRanks.',
  });
}

/** Recordings until no part of the state wants another layout; the parameters settle first, then what follows them. */
const MOST_RECORDINGS = 4;

/** Records, finds out in which layouts the graph wants the state, and records again with those. */
function recordInOwnLayouts(
  step: StepFunction,
  state: HostTensors,
  inputs: Record<string, InputSpec>,
  block: number,
) {
  const names = Object.keys(state);
  assertOwnNames(names, inputs);
  const specs = Object.fromEntries(
    names.map((name) => [name, { shape: state[name]!.shape, dtype: state[name]!.dtype }]),
  );
  const run = (tensors: Tensors): Tensors => {
    const pick = (wanted: string[]) => Object.fromEntries(wanted.map((name) => [name, tensors[name]!]));
    const result = step(pick(names), pick(Object.keys(inputs)));
    assertSameState(state, result.state);
    const next = names.map((name) => [NEXT + name, result.state[name]!] as const);
    return { ...Object.fromEntries(next), ...result.outputs };
  };
  const all = { ...inputs, ...specs } as Record<string, InputSpec>;
  const layouts: Record<string, Layout> = {};
  for (let count = 1; ; count++) {
    const both = Object.entries(layouts).flatMap(([name, layout]) => [
      [name, layout] as const,
      [NEXT + name, layout] as const,
    ]);
    const recording = record(run, all, { block, layouts: Object.fromEntries(both) });
    const undecided = names.filter((name) => layouts[name] === undefined);
    const decided = undecided.flatMap((name) => {
      const layout = recording.wanted[name] ?? recording.native[NEXT + name];
      return layout === undefined ? [] : [[name, layout] as const];
    });
    if (decided.length === 0 || count === MOST_RECORDINGS) return { recording, layouts };
    Object.assign(layouts, Object.fromEntries(decided));
  }
}

function assertOwnNames(names: readonly string[], inputs: Record<string, InputSpec>): void {
  const twice = names.find((name) => Object.hasOwn(inputs, name));
  if (twice === undefined) return;
  throw new InvalidArgumentError({
    where: 'compile',
    expected: 'inputs whose names no part of the state has',
    received: `"${twice}" for both`,
    fix: 'Rename the input.',
  });
}

function assertSameState(state: HostTensors, next: Tensors): void {
  for (const [name, { shape, dtype }] of Object.entries(state)) {
    const tensor = next[name];
    if (tensor?.dtype === dtype && tensor.shape.join() === shape.join()) continue;
    throw new InvalidArgumentError({
      where: 'compile',
      expected: `the step to return the state "${name}" of ${dtype} [${shape.join(', ')}]`,
      received:
        tensor === undefined
          ? `only ${Object.keys(next).join(', ')}`
          : `${tensor.dtype} [${tensor.shape.join(', ')}]`,
      fix: 'Return every part of the state, changed or not, in its own shape and dtype.',
    });
  }
}

const describe = (tensor: Pick<HostTensor, 'dtype' | 'shape'> | undefined) =>
  tensor === undefined ? 'nothing' : `${tensor.dtype} [${tensor.shape.join(', ')}]`;

class SessionProgram implements Program {
  readonly #session: Session;
  readonly #specs: Record<string, Pick<HostTensor, 'dtype' | 'shape'>>;
  readonly #layouts: Record<string, Layout>;
  readonly #block: number;
  #current: HostTensors = {};
  #spare: HostTensors = {};

  constructor(session: Session, state: HostTensors, layouts: Record<string, Layout>, block: number) {
    this.#session = session;
    this.#layouts = layouts;
    this.#block = block;
    this.#specs = Object.fromEntries(
      Object.entries(state).map(([name, { dtype, shape }]) => [name, { dtype, shape }]),
    );
    this.#adopt(state);
  }

  async run(inputs: HostTensors): Promise<HostTensors> {
    const into = Object.fromEntries(
      Object.entries(this.#spare).map(([name, tensor]) => [NEXT + name, tensor]),
    );
    const results = await this.#session.run({ ...inputs, ...this.#current }, into);
    [this.#current, this.#spare] = [this.#spare, this.#current];
    return Object.fromEntries(Object.entries(results).filter(([name]) => !name.startsWith(NEXT)));
  }

  async readState(): Promise<HostTensors> {
    const read = Object.entries(this.#current).map(([name, tensor]) => {
      const { shape } = this.#specs[name]!;
      return [name, restore(tensor, this.#layouts[name] ?? 'logical', shape, this.#block)];
    });
    return Object.fromEntries(read);
  }

  async writeState(state: HostTensors): Promise<void> {
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
    this.#adopt(state);
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  #adopt(state: HostTensors): void {
    this.#current = Object.fromEntries(
      Object.keys(this.#specs).map((name) => [
        name,
        store(state[name]!, this.#layouts[name] ?? 'logical', this.#block),
      ]),
    );
    this.#spare = Object.fromEntries(
      Object.entries(this.#current).map(([name, { dtype, shape }]) => [name, hostZeros(dtype, shape)]),
    );
  }
}
