import {
  checkArguments,
  checkOptions,
  type HostTensor,
  InvalidArgumentError,
  type OptionKinds,
} from '@hm/tensor/host';
import type { Tensor } from '@tensorflow/tfjs-core';
import { blockSize } from './blocks.ts';
import { type ChooseForm, type Kernels, nameOf } from './forms/forms.ts';
import type { Layout } from './layout.ts';
import { toMixedPrecision } from './precision/mixed-precision.ts';
import { assertHalf, assertKernels, createWholeSession } from './preflight/assert-runnable.ts';
import { HostProgram } from './program/host-program.ts';
import { NEXT, type Program } from './program/program.ts';
import { ResidentProgram } from './program/resident-program.ts';
import { StateLayouts } from './program/state-layouts.ts';
import { isReduction } from './segments/cut-graph.ts';
import { createSegmentedSession, type SumOverRanks } from './segments/segmented-session.ts';
import { keepsOutputs } from './session/resident-session.ts';
import { type SessionOptions, sessionOptions } from './session/session-options.ts';
import { createResidentSession } from './session.ts';
import { type InputSpec, type Recording, type RecordOptions, record } from './trace/trace.ts';
import { TraceError } from './trace/trace-error.ts';

type Tensors = Record<string, Tensor>;
type HostTensors = Record<string, HostTensor>;

/** One step: takes state and inputs, returns the next state, with the same names and shapes, and outputs. */
export type StepFunction = (state: Tensors, inputs: Tensors) => { state: Tensors; outputs: Tensors };

/** Options of {@link compile}. */
export interface CompileOptions extends SessionOptions {
  /** State before the first step. Its values are copied. */
  state: HostTensors;
  /** Shapes and dtypes of the inputs of every step. */
  inputs: Record<string, InputSpec>;
  /**
   * Whether to multiply matrices and convolve in half precision, and to do everything else in single precision. State,
   * inputs and outputs stay in single precision. Gradients below 6e-8 become 0 in half precision, so scale the loss.
   * The CPU emulates the rounding, which is slower. Default false.
   */
  mixedPrecision?: boolean;
  /** Forms of the 3×3 convolutions on the CPU, as found by `chooseKernels`. Default: all directly. */
  kernels?: Kernels;
  /**
   * Callback that sums numbers over all ranks, in place. Required if the step calls `allReduce` of @hm/tensor: the
   * graph is then cut there, and the callback is called between its parts.
   */
  sumOverRanks?: SumOverRanks;
}

/**
 * Traces a step and loads it into ONNX Runtime. The state stays in the layout that the graph computes in. On the CPU no
 * step copies it, on `webgpu` it stays on the device; with the other providers every step copies it there and back.
 *
 * @throws {TraceError} if the step cannot be traced, or calls `allReduce` without `sumOverRanks`.
 * @throws {UnavailableError} if the provider is not available, or has no kernel for some operators of the step, which
 * the message names.
 * @throws {InvalidArgumentError} if the state that the step returns does not match the one it was given.
 * @example
 * const counter = await compile(
 *   ({ count }, { by }) => ({ state: { count: tf.add(count, by) }, outputs: {} }),
 *   { state: { count: hostZeros('float32', []) }, inputs: { by: { shape: [] } } },
 * );
 */
export async function compile(step: StepFunction, options: CompileOptions): Promise<Program> {
  const {
    state,
    inputs,
    provider = 'cpu',
    mixedPrecision = false,
    kernels = {},
  } = checkOptions('compile', options, compileOptions);
  checkArguments('compile', { step }, { step: 'function' });
  // The CPU's blocked convolutions support single precision only.
  const block = provider === 'cpu' && !mixedPrecision ? await blockSize() : 0;
  const chooseForm: ChooseForm = (shape) => (block === 0 ? undefined : kernels[nameOf(shape)]) ?? 'direct';
  const scatters = provider === 'cpu';
  const { recording, layouts } = recordInOwnLayouts(step, state, inputs, { block, chooseForm, scatters });
  const { graph, outputs } = recording;
  if (mixedPrecision) {
    await assertHalf(options);
    const names = new Set(outputs.map(({ name }) => name));
    graph.nodes = toMixedPrecision(graph.nodes, names, provider === 'cpu');
  }
  return load(recording, new StateLayouts(state, layouts, block), options);
}

/** Types of the members of {@link CompileOptions}. */
export const compileOptions: OptionKinds<CompileOptions> = {
  ...sessionOptions,
  ...{ state: 'object', inputs: 'object', mixedPrecision: 'boolean', kernels: 'object' },
  sumOverRanks: 'function',
};

async function load(
  recording: Recording,
  layouts: StateLayouts,
  { state, inputs: _, mixedPrecision: _half, kernels: _forms, sumOverRanks, ...session }: CompileOptions,
): Promise<Program> {
  if (recording.graph.nodes.some(isReduction)) {
    if (sumOverRanks === undefined) throw noSum();
    return new HostProgram(await createSegmentedSession(recording, sumOverRanks, session), layouts, state);
  }
  const { model } = recording;
  if (!keepsOutputs(session.provider))
    return new HostProgram(await createWholeSession(model, session), layouts, state);
  await assertKernels(model, session);
  const resident = Object.keys(state).map((name) => NEXT + name);
  return new ResidentProgram(await createResidentSession(model, { ...session, resident }), layouts, state);
}

const noSum = () =>
  new TraceError({
    where: 'compile',
    expected: '`sumOverRanks` for a step that reaches over ranks',
    received: 'a step with allReduce() alone',
    fix: 'Pass sumOverRanks.',
  });

/**
 * Maximum number of recordings until the layouts of the state settle: first those of the parameters, then what depends
 * on them.
 */
const MOST_RECORDINGS = 4;

/** Records a step, finds out which layouts the graph wants for the state, and records again with those. */
export function recordInOwnLayouts(
  step: StepFunction,
  state: HostTensors,
  inputs: Record<string, InputSpec>,
  how: Omit<RecordOptions, 'layouts'>,
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
    const recording = record(run, all, { ...how, layouts: Object.fromEntries(both) });
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
