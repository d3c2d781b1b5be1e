import { checkArguments } from '@hm/tensor/host';
import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { type InputSpec, inputInfo } from './trace.ts';
import { traceBackend } from './trace-backend.ts';
import { Tracer } from './tracer.ts';

/**
 * Returns the names of the tfjs kernels that a function calls, gradients included, sorted. Nothing is computed, so this
 * shows whether a backend has all of them before it runs any.
 *
 * @param run takes tensors by name; its result is ignored.
 * @param standIn a backend for kernels that the trace does not cover: it runs them on zeros to find the shapes of their
 * results.
 * @throws {TraceError} if a kernel is covered neither by the trace nor by the other backend, or a value is read.
 * @example
 * kernelsOf(({ x }) => tf.grad((y) => tf.square(y))(x), { x: { shape: [3] } }); // ['Cast', 'Fill', 'Mul', …]
 */
export function kernelsOf(
  run: (inputs: Record<string, Tensor>) => unknown,
  inputs: Record<string, InputSpec>,
  standIn?: string,
): string[] {
  checkArguments('kernelsOf', { run, inputs }, { run: 'function', inputs: 'object' });
  const tracer = new Tracer(0);
  tracer.standIn = standIn;
  traceBackend.record(tracer, () => {
    const tensors = Object.entries(inputs).map(([name, spec]) => {
      const { info } = inputInfo(tracer, name, spec, 'logical');
      return [name, engine().makeTensorFromTensorInfo(info)] as const;
    });
    run(Object.fromEntries(tensors));
  });
  return [...tracer.kernels].sort();
}
