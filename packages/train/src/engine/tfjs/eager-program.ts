import type { CompileOptions, Program, StepFunction } from '@hm/onnx';
import { type HostTensor, hostTensor, InvalidArgumentError, readTensor, toTensor } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { mapRecord } from '../../map-record.ts';
import type { StartedBackend } from './started-backend.ts';

type Tensors = Record<string, tf.Tensor>;
type HostTensors = Record<string, HostTensor>;

/** Step that runs eagerly on a started tfjs backend. The state stays on the device; only outputs are read back. */
export class EagerProgram implements Program {
  readonly #step: StepFunction;
  readonly #backend: StartedBackend;
  readonly #specs: Record<'state' | 'inputs', Record<string, string>>;
  /** Undefined after release. */
  #state: Tensors | undefined;

  constructor(
    step: StepFunction,
    { state, inputs }: Pick<CompileOptions, 'state' | 'inputs'>,
    backend: StartedBackend,
  ) {
    this.#step = step;
    this.#backend = backend;
    this.#specs = { state: mapRecord(state, describe), inputs: mapRecord(inputs, describe) };
    this.#state = this.#upload(state);
  }

  async run(inputs: HostTensors): Promise<HostTensors> {
    assertSame('Program.run', this.#specs.inputs, inputs, 'Pass the inputs that the step was compiled for.');
    const { state, outputs } = this.#backend.compute(() => this.#compute(inputs));
    this.#replace(state);
    const read = await download(outputs).finally(() => dispose(outputs));
    this.#backend.check();
    return read;
  }

  async readState(): Promise<HostTensors> {
    return download(this.#current());
  }

  async writeState(state: HostTensors): Promise<void> {
    const fix = 'Write a state that was read from a program of the same step.';
    assertSame('Program.writeState', this.#specs.state, state, fix);
    this.#replace(this.#upload(state));
  }

  async release(): Promise<void> {
    dispose(this.#state ?? {});
    this.#state = undefined;
  }

  #current(): Tensors {
    if (this.#state !== undefined) return this.#state;
    throw invalid('Program', 'a program that is not released', 'one without a state', 'Compile another.');
  }

  #replace(state: Tensors): void {
    dispose(this.#current());
    this.#state = state;
  }

  #compute(inputs: HostTensors): { state: Tensors; outputs: Tensors } {
    let results: { state: Tensors; outputs: Tensors };
    tf.tidy(() => {
      const { state, outputs } = this.#step(this.#current(), mapRecord(inputs, copyToTensor));
      const next = mapRecord(this.#specs.state, (_, name) => state[name]!);
      assertSame(
        'compile',
        this.#specs.state,
        next,
        'Return every part of the state in its shape and dtype.',
      );
      results = { state: mapRecord(next, keepOwn), outputs: mapRecord(outputs, keepOwn) };
    });
    return results!;
  }

  #upload = (state: HostTensors): Tensors =>
    this.#backend.compute(() => mapRecord(state, (tensor) => tf.keep(copyToTensor(tensor))));
}

/** Clones a result, since a step may return one of its inputs, or one tensor under two names. */
const keepOwn = (tensor: tf.Tensor) => tf.keep(tf.clone(tensor));

const dispose = (tensors: Tensors) => tf.dispose(Object.values(tensors));

/** Copies data in and out, since some backends compute directly on the arrays they are given or return. */
const copyOf = ({ dtype, shape, data }: HostTensor): HostTensor =>
  hostTensor(dtype, shape, data.slice() as never);

const copyToTensor = (tensor: HostTensor) => toTensor(copyOf(tensor));

async function download(tensors: Tensors): Promise<HostTensors> {
  const read = async ([name, tensor]: [string, tf.Tensor]) =>
    [name, copyOf(await readTensor(tensor))] as const;
  return Object.fromEntries(await Promise.all(Object.entries(tensors).map(read)));
}

interface Described {
  dtype?: string;
  shape: readonly (number | string)[];
}

const describe = ({ dtype = 'float32', shape }: Described) => `${dtype} [${shape.join(', ')}]`;

function assertSame(
  where: string,
  specs: Record<string, string>,
  given: Record<string, Described | undefined>,
  fix: string,
): void {
  for (const name of new Set([...Object.keys(specs), ...Object.keys(given)])) {
    const [wanted = 'nothing', found = 'nothing'] = [specs[name], given[name] && describe(given[name])];
    if (wanted !== found) throw invalid(where, `"${name}": ${wanted}`, found, fix);
  }
}

const invalid = (where: string, expected: string, received: string, fix: string) =>
  new InvalidArgumentError({ where, expected, received, fix });
