import '@tensorflow/tfjs-backend-cpu';
import { type CompileOptions, kernelsOf, type StepFunction, TraceError } from '@hm/onnx';
import { UnavailableError } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { mapRecord } from '../../map-record.ts';
import { withTfjs } from '../../with-tfjs.ts';

/**
 * Checks before the first step that a backend has every kernel of the step, including gradients and update. A step that
 * reads tensor values cannot be analysed in advance; it fails when it reaches a missing kernel.
 *
 * @throws {UnavailableError} naming every kernel that the backend lacks.
 */
export async function assertKernels(
  step: StepFunction,
  options: Pick<CompileOptions, 'state' | 'inputs'>,
  backend: string,
): Promise<void> {
  const missing = (await kernelsOfStep(step, options)).filter((name) => !tf.getKernel(name, backend));
  if (missing.length === 0) return;
  throw new UnavailableError({
    where: `engine tfjs-${backend}`,
    expected: 'a backend with every kernel of the step',
    received: `one without ${missing.join(', ')}`,
    fix: 'Write the network or the loss without them, or use another engine.',
    fields: { backend, kernels: missing },
  });
}

async function kernelsOfStep(
  step: StepFunction,
  { state, inputs }: Pick<CompileOptions, 'state' | 'inputs'>,
): Promise<string[]> {
  const run = (tensors: Record<string, tf.Tensor>) => {
    const pick = (of: object) => Object.fromEntries(Object.keys(of).map((name) => [name, tensors[name]!]));
    return step(pick(state), pick(inputs));
  };
  const states = mapRecord(state, ({ shape, dtype }) => ({ shape, dtype: dtype as 'float32' }));
  try {
    return await withTfjs(async () => kernelsOf(run, { ...states, ...inputs }, 'cpu'));
  } catch (error) {
    if (error instanceof TraceError) return [];
    throw error;
  }
}
