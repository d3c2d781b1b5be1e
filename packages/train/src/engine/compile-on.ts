import { type CompileOptions, compile, type Program, type StepFunction } from '@hm/onnx';
import { EagerProgram } from './eager-program.ts';
import type { Engine } from './engine.ts';
import { openBackend } from './open-backend.ts';

/** What a step is compiled with, on any engine. */
export type StepOptions = Pick<CompileOptions, 'state' | 'inputs'>;

/**
 * Makes a step ready to run on an engine.
 *
 * @throws {UnavailableError} if the engine cannot be used here.
 * @throws {InvalidArgumentError} if the step returns another state than it was given.
 */
export async function compileOn(engine: Engine, step: StepFunction, options: StepOptions): Promise<Program> {
  if (engine.kind === 'tfjs') return new EagerProgram(step, options, await openBackend(engine.backend));
  const { kind: _, ...session } = engine;
  return compile(step, { ...options, ...session });
}
