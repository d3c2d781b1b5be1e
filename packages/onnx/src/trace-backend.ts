import {
  type BackendValues,
  type DataType,
  engine,
  KernelBackend,
  registerBackend,
} from '@tensorflow/tfjs-core';
import { TraceError } from './trace-error.ts';
import type { Tracer } from './tracer.ts';

/** The name of the tfjs backend whose kernels compute nothing and append ONNX nodes. */
export const TRACE_BACKEND = 'onnx-trace';

/** A tensor that was made on another backend. */
export interface CapturedTensor {
  values: BackendValues;
  shape: number[];
  dtype: DataType;
}

/** The tfjs side of tracing: where tensors live while a function is recorded. */
export class TraceBackend extends KernelBackend {
  #tracer: Tracer | undefined;
  /** Values of tensors that were made on another backend and used in a traced function; kept to be moved back. */
  readonly #captured = new WeakMap<object, CapturedTensor>();

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

  /** Runs `body` with kernels appending to `tracer`. */
  record<T>(tracer: Tracer, body: () => T): T {
    const previous = engine().backendName;
    this.#tracer = tracer;
    // With a factory that is not asynchronous, setBackend has switched when it returns its promise.
    void engine().setBackend(TRACE_BACKEND);
    try {
      // Nothing is returned through tidy, which would look for tensors in every byte of a model.
      let result: T;
      engine().tidy(() => {
        result = body();
      });
      return result!;
    } finally {
      this.#tracer = undefined;
      if (previous) void engine().setBackend(previous);
    }
  }

  /** A tensor of another backend that a traced function used. */
  captured(dataId: object): CapturedTensor | undefined {
    return this.#captured.get(dataId);
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): object {
    return this.tracer.constant(values as Float32Array, shape, dtype).dataId;
  }

  override move(dataId: object, values: BackendValues, shape: number[], dtype: DataType): void {
    this.#captured.set(dataId, { values, shape, dtype });
  }

  override readSync(dataId: object): BackendValues {
    const captured = this.#captured.get(dataId);
    if (captured !== undefined) return captured.values;
    const value = this.tracer.valueOf({ dataId, shape: [], dtype: 'float32' });
    if (value.constant !== undefined) return value.constant;
    if (value.uniform !== undefined)
      return new Float32Array(value.shape.reduce((a, b) => a * b, 1)).fill(value.uniform);
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

/** The one instance; tfjs's registry is global. */
export const traceBackend = new TraceBackend();
registerBackend(TRACE_BACKEND, () => traceBackend, 0);
