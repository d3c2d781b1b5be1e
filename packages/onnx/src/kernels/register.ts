import {
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerKernel,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { TRACE_BACKEND, traceBackend } from '../trace/trace-backend.ts';
import type { Tracer } from '../trace/tracer.ts';

/** A kernel that appends nodes: takes tracer, inputs and attributes, and returns tensors. */
export type TraceKernel<I = NamedTensorInfoMap, A = NamedAttrMap> = (
  tracer: Tracer,
  inputs: I,
  attributes: A,
) => TensorInfo | TensorInfo[];

/** Names of the kernels that can be traced. */
export const covered = new Set<string>();

/** Registers a kernel with the tracing backend. */
export function kernel<I = NamedTensorInfoMap, A = NamedAttrMap>(
  name: string,
  trace: TraceKernel<I, A>,
): void {
  covered.add(name);
  registerKernel({
    kernelName: name,
    backendName: TRACE_BACKEND,
    kernelFunc: ({ inputs, attrs }) => {
      const { tracer } = traceBackend;
      tracer.kernels.add(name);
      const results = trace(tracer, inputs as I, attrs as A);
      const taken = new Set<object>(Object.values(inputs).map((input) => input?.dataId as object));
      // tfjs counts tensors by their data, so a result that is one of the inputs needs its own data.
      const own = (info: TensorInfo) => (taken.has(info.dataId) ? tracer.alias(info) : info);
      return Array.isArray(results) ? results.map(own) : own(results);
    },
  });
}
