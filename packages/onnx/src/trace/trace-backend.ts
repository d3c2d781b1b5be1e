import {
  type BackendValues,
  type DataType,
  engine,
  KernelBackend,
  registerBackend,
  type TypedArray,
  util,
} from '@tensorflow/tfjs-core';
import { TraceError } from './trace-error.ts';
import type { Tracer } from './tracer.ts';

/** Name of the tfjs backend whose kernels append ONNX nodes instead of computing. */
export const TRACE_BACKEND = 'onnx-trace';

/** The tfjs side of tracing: it holds tensors while a function is recorded. */
class TraceBackend extends KernelBackend {
  #tracer: Tracer | undefined;

  /** The trace in progress. */
  get tracer(): Tracer {
    if (this.#tracer !== undefined) return this.#tracer;
    throw new TraceError({
      where: TRACE_BACKEND,
      expected: 'a trace in progress',
      received: 'a tensor operation outside of one',
      fix: 'Call tf.setBackend() with a backend that computes; this one is entered by trace() and compile().',
    });
  }

  /** Runs `body` with kernels that append to `tracer`. */
  record<T>(tracer: Tracer, body: () => T): T {
    const previous = engine().backendName || otherBackend();
    this.#tracer = tracer;
    // With a synchronous factory, setBackend has already switched when it returns its promise.
    void engine().setBackend(TRACE_BACKEND);
    try {
      // Nothing is returned through tidy, which would search every byte of a model for tensors.
      let result: T;
      engine().tidy(() => {
        result = body();
      });
      return result!;
    } catch (error) {
      dropTape();
      throw error;
    } finally {
      this.#tracer = undefined;
      if (previous) void engine().setBackend(previous);
    }
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): object {
    return this.tracer.constant(values as Float32Array, shape, dtype).dataId;
  }

  override readSync(dataId: object): BackendValues {
    const value = this.tracer.find(dataId);
    if (value === undefined) {
      throw new TraceError({
        where: TRACE_BACKEND,
        expected: 'tensors of this trace or of a backend that computes',
        received: 'a tensor of a trace that has ended',
        fix: 'Return tensors from the traced function by name; outside of it they have no values.',
      });
    }
    const { constant, uniform, shape, dtype } = value;
    if (constant !== undefined) return constant;
    if (uniform !== undefined) return filled(uniform, shape, dtype);
    throw new TraceError({
      where: value.producer,
      expected: 'a function that does not look at values while it is traced',
      received: `a read of the result of "${value.producer}"`,
      fix: 'Keep dataSync(), arraySync() and data() out of the traced function, or read constants only.',
    });
  }

  override async read(dataId: object): Promise<BackendValues> {
    return this.readSync(dataId);
  }

  override disposeData(): boolean {
    return true;
  }
  override incRef(): void {}
  decRef(): void {}
  override refCount(): number {
    return 1;
  }
  override numDataIds(): number {
    return 0;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override timerAvailable(): boolean {
    return false;
  }
}

/** Disposes of what tfjs saved for gradients, which an error while they are taken leaves behind. */
function dropTape(): void {
  const { state } = engine();
  if (state.gradientDepth > 0) return;
  for (const { saved } of state.activeTape ?? []) for (const tensor of saved ?? []) tensor.dispose();
  state.activeTape = [];
}

const filled = (value: number, shape: readonly number[], dtype: DataType): TypedArray =>
  util.makeZerosTypedArray(util.sizeFromShape([...shape]), dtype as 'float32').fill(value);

/**
 * Returns the backend to continue with if none was set before the trace: the one that tfjs itself would have chosen.
 */
function otherBackend(): string | undefined {
  const others = Object.entries(engine().registryFactory).filter(([name]) => name !== TRACE_BACKEND);
  return others.toSorted(([, a], [, b]) => b.priority - a.priority)[0]?.[0];
}

/** The only instance, because tfjs's registry is global. */
export const traceBackend = new TraceBackend();
registerBackend(TRACE_BACKEND, () => traceBackend, 0);
