import { join } from 'node:path';
import { chooseKernels, type Kernels, kernelCache, type StepFunction } from '@hm/onnx';
import { InvalidDataError } from '@hm/tensor';
import { readTextIfThere, writeFileSafely } from '@hm/tensor/files';
import type { StepOptions } from '../engine/compile-on.ts';
import type { Engine } from '../engine/engine.ts';
import { type Communicator, shareValue } from '../parallel/communicator.ts';

/** Parts of a run that the choice depends on. */
export interface KernelsSource {
  /** The run's folder. */
  out: string;
  /** True if the run is resumed, so that its choice is already made. */
  resume: boolean;
  kernels: 'direct' | 'measured';
  engine: Engine;
  ranks: Communicator;
}

/**
 * Decides how a run computes its convolutions. A new run chooses and writes the choice to `kernels.json` in its folder.
 * Resuming and all ranks follow that choice, so that the same bits come out. Without the file, all forms are direct.
 *
 * @throws {InvalidDataError} if the file is damaged. @throws {UnavailableError} if it cannot be written.
 */
export async function kernelsOfRun(
  source: KernelsSource,
  step: StepFunction,
  options: StepOptions,
): Promise<Kernels> {
  const { ranks } = source;
  const own = ranks.rank === 0 ? await ownKernels(source, step, options) : {};
  return shareValue(ranks, own);
}

async function ownKernels(
  { out, resume, kernels, engine }: KernelsSource,
  step: StepFunction,
  options: StepOptions,
): Promise<Kernels> {
  const path = join(out, 'kernels.json');
  if (resume) return readKernels(path);
  if (kernels === 'direct' || engine.kind !== 'onnx') return {};
  const { kind: _, ...session } = engine;
  const chosen = await chooseKernels(step, { ...options, ...session }, kernelCache(session.threads));
  await writeFileSafely(path, `${JSON.stringify(chosen, null, 2)}\n`);
  return chosen;
}

async function readKernels(path: string): Promise<Kernels> {
  const text = await readTextIfThere(path);
  try {
    return JSON.parse(text ?? '{}');
  } catch (cause) {
    throw new InvalidDataError({
      where: path,
      expected: 'the forms of the convolutions of a run as JSON',
      received: (cause as Error).message,
      fix: 'Restore the file from a copy: with other forms the run would not go on to the bit.',
      fields: { path },
      cause,
    });
  }
}
