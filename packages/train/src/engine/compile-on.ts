import { type CompileOptions, compile, type Program, type StepFunction } from '@hm/onnx';
import type { Engine } from './engine.ts';
import { assertKernels } from './tfjs/assert-kernels.ts';
import { EagerProgram } from './tfjs/eager-program.ts';
import { startBackend } from './tfjs/start-backend.ts';

/** Options for compiling a step, on any engine. */
export type StepOptions = Pick<
  CompileOptions,
  'state' | 'inputs' | 'sumOverRanks' | 'mixedPrecision' | 'kernels'
>;

/**
 * Compiles a step for an engine.
 *
 * @throws {UnavailableError} if the engine cannot be used here, or lacks kernels that the step needs.
 * @throws {InvalidArgumentError} if the step returns a different state from the one it was given.
 */
export async function compileOn(engine: Engine, step: StepFunction, options: StepOptions): Promise<Program> {
  if (engine.kind === 'tfjs') {
    const backend = await startBackend(engine.backend);
    await assertKernels(step, options, backend.name);
    return new EagerProgram(step, options, backend);
  }
  const { kind: _, ...session } = engine;
  return compile(step, { ...options, ...session });
}
