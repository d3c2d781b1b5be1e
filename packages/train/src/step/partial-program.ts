import { hasClasses, putClasses, sampleClasses, takeClasses } from '@hm/losses';
import type { Program, StepFunction } from '@hm/onnx';
import { type HostTensor, hostTensor, InvalidArgumentError, Rng } from '@hm/tensor';
import { compileOn, type StepOptions } from '../engine/compile-on.ts';
import type { Engine } from '../engine/engine.ts';
import type { PartialFc } from '../recipe/recipe.ts';

interface PartialOptions extends PartialFc {
  /** Number of all classes. */
  classes: number;
  /** Seed that decides, together with the step, which classes are drawn. */
  seed: number;
}

type HostTensors = Record<string, HostTensor>;

/** Prefix of the state's drawn parts among a step's inputs. */
const TAKEN = 'taken:';
/** Prefix of the same parts among its outputs, after the update. */
const CHANGED = 'changed:';

/**
 * Compiles a step for a part of the classes. Per-class tensors (the head's weights, and what the optimiser keeps for
 * them) stay in host memory. Each step draws classes, computes with their values only, and writes the updated values
 * back. The values of all other classes do not change. From outside, the program behaves as if it held the whole state.
 *
 * @throws {InvalidArgumentError} if the rate is not in (0, 1], fewer classes are drawn than a batch may have, or the
 * head keeps statistics of each class.
 */
export async function compilePartial(
  engine: Engine,
  step: StepFunction,
  { state, inputs, ...options }: StepOptions,
  { sampleRate, classes, seed }: PartialOptions,
): Promise<Program> {
  const count = Math.round(sampleRate * classes);
  const batchSize = inputs.labels!.shape[0] as number;
  assertFits({ sampleRate, classes }, count, batchSize, state);
  const ofClasses = namesOf(state, classes);
  const shapeOf = (name: string) => {
    const [rows, ...rest] = state[name]!.shape;
    return [(rows! / classes) * count, ...rest];
  };
  const program = await compileOn(engine, withParts(step, ofClasses), {
    ...options,
    state: without(state, ofClasses),
    inputs: { ...inputs, ...prefixed(TAKEN, ofClasses, (name) => ({ shape: shapeOf(name) })) },
  });
  return new PartialProgram(program, state, ofClasses, { classes, count, seed });
}

const namesOf = (state: HostTensors, classes: number): string[] =>
  Object.keys(state).filter((name) => /^\w+\.head\./.test(name) && hasClasses(state[name]!, classes));

const prefixed = <T>(prefix: string, names: readonly string[], value: (name: string) => T) =>
  Object.fromEntries(names.map((name) => [prefix + name, value(name)]));

const without = (state: HostTensors, names: readonly string[]): HostTensors =>
  Object.fromEntries(Object.entries(state).filter(([name]) => !names.includes(name)));

/** Wraps a step so that the named parts of its state become inputs and outputs. */
const withParts =
  (step: StepFunction, names: readonly string[]): StepFunction =>
  (state, inputs) => {
    const parts = Object.fromEntries(names.map((name) => [name, inputs[TAKEN + name]!]));
    const result = step({ ...state, ...parts }, inputs);
    const rest = Object.entries(result.state).filter(([name]) => !names.includes(name));
    return {
      state: Object.fromEntries(rest),
      outputs: { ...result.outputs, ...prefixed(CHANGED, names, (name) => result.state[name]!) },
    };
  };

class PartialProgram implements Program {
  readonly #program: Program;
  readonly #whole: HostTensors;
  readonly #classes: number;
  readonly #count: number;
  readonly #seed: number;

  constructor(
    program: Program,
    state: HostTensors,
    names: readonly string[],
    { classes, count, seed }: { classes: number; count: number; seed: number },
  ) {
    this.#program = program;
    this.#whole = Object.fromEntries(names.map((name) => [name, copyOf(state[name]!)]));
    this.#classes = classes;
    this.#count = count;
    this.#seed = seed;
  }

  async run(inputs: HostTensors): Promise<HostTensors> {
    const { labels, step } = inputs as { labels: HostTensor<'int32'>; step: HostTensor };
    const rng = Rng.of(this.#seed, 'classes', Number(step.data[0]));
    const sample = sampleClasses(labels.data, { classes: this.#classes, count: this.#count, rng });
    const take = (name: string) => takeClasses(this.#whole[name]!, sample.classes, this.#classes);
    const outputs = await this.#program.run({
      ...inputs,
      labels: hostTensor('int32', labels.shape, sample.labels),
      ...prefixed(TAKEN, Object.keys(this.#whole), take),
    });
    for (const [name, whole] of Object.entries(this.#whole))
      putClasses(whole, sample.classes, this.#classes, outputs[CHANGED + name]!);
    return Object.fromEntries(Object.entries(outputs).filter(([name]) => !name.startsWith(CHANGED)));
  }

  async readState(): Promise<HostTensors> {
    const whole = Object.entries(this.#whole).map(([name, tensor]) => [name, copyOf(tensor)] as const);
    return { ...(await this.#program.readState()), ...Object.fromEntries(whole) };
  }

  async writeState(state: HostTensors): Promise<void> {
    await this.#program.writeState(without(state, Object.keys(this.#whole)));
    for (const [name, { data }] of Object.entries(this.#whole)) data.set(state[name]!.data as never);
  }

  release(): Promise<void> {
    return this.#program.release();
  }
}

const copyOf = ({ dtype, shape, data }: HostTensor): HostTensor =>
  hostTensor(dtype, shape, data.slice() as never);

function assertFits(
  { sampleRate, classes }: PartialFc & { classes: number },
  count: number,
  batchSize: number,
  state: HostTensors,
): void {
  if (!(sampleRate > 0 && sampleRate <= 1)) throw invalid('a sampleRate above 0, at most 1', sampleRate);
  const least = Math.min(batchSize, classes);
  if (count < least) {
    const fix = `Raise sampleRate to ${least / classes} or more, or take smaller batches.`;
    throw invalid(`at least ${least} classes, as many as a batch may have`, `${count} of ${classes}`, fix);
  }
  const perClass = Object.keys(state).filter(
    (name) => name.startsWith('headStatistics.') && state[name]!.shape.includes(classes),
  );
  if (perClass.length > 0) {
    const fix = 'Leave out Partial FC, or take a head without centres.';
    throw invalid('a head that keeps no statistics of each class', perClass.join(', '), fix);
  }
}

const invalid = (expected: string, received: unknown, fix = 'Change partialFc.') =>
  new InvalidArgumentError({ where: 'train option "partialFc"', expected, received, fix });
