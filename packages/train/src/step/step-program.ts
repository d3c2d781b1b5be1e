import type { Program } from '@hm/onnx';
import { type HostTensor, hostTensor, hostZeros, sizeOf } from '@hm/tensor';
import { mapRecord } from '../map-record.ts';

type HostTensors = Record<string, HostTensor>;

/** Compiled program that repeats the step. */
export interface RepeatedProgram {
  program: Program;
  /** Number of batches per call. */
  count: number;
}

/** A compiled step and, if a call takes several batches, a program that repeats it. Both work on one state. */
export class StepProgram implements Program {
  readonly #single: Program;
  readonly #repeated: RepeatedProgram | undefined;
  /** Program that holds the state. */
  #current: Program;

  constructor(single: Program, repeated?: RepeatedProgram) {
    this.#single = single;
    this.#repeated = repeated;
    this.#current = single;
  }

  async run(inputs: HostTensors): Promise<HostTensors> {
    return (await this.#moveTo(this.#single)).run(inputs);
  }

  /** Yields the outputs of each batch, in one call if the repeated program takes that many, else one by one. */
  async *runEach(inputs: readonly HostTensors[]): AsyncGenerator<HostTensors, void, void> {
    const repeated = this.#repeated;
    if (repeated?.count !== inputs.length) {
      for (const each of inputs) yield await this.run(each);
      return;
    }
    const outputs = await (await this.#moveTo(repeated.program)).run(together(inputs));
    for (const index of inputs.keys()) yield mapRecord(outputs, (output) => partOf(output, index));
  }

  readState(): Promise<HostTensors> {
    return this.#current.readState();
  }

  writeState(state: HostTensors): Promise<void> {
    return this.#current.writeState(state);
  }

  async release(): Promise<void> {
    await Promise.all([this.#single.release(), this.#repeated?.program.release()]);
  }

  async #moveTo(program: Program): Promise<Program> {
    if (program !== this.#current) await program.writeState(await this.#current.readState());
    this.#current = program;
    return program;
  }
}

/** Stacks inputs along a new first axis. */
function together(inputs: readonly HostTensors[]): HostTensors {
  return mapRecord(inputs[0]!, ({ dtype, shape }, name) => {
    const size = sizeOf(shape);
    const all = hostZeros(dtype, [inputs.length, ...shape]);
    for (const [index, each] of inputs.entries()) all.data.set(each[name]!.data as never, index * size);
    return all;
  });
}

function partOf({ dtype, shape: [, ...shape], data }: HostTensor, index: number): HostTensor {
  const size = sizeOf(shape);
  return hostTensor(dtype, shape, data.slice(index * size, (index + 1) * size) as never);
}
