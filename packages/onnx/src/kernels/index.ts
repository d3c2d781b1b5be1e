import './all-reduce.ts';
import './binary.ts';
import './cast.ts';
import './compare.ts';
import './convolution.ts';
import './create.ts';
import './depthwise.ts';
import './division.ts';
import './filter-gradient.ts';
import './index-by.ts';
import './input-gradient.ts';
import './matrix.ts';
import './normalization.ts';
import './pooling.ts';
import './reduce.ts';
import './select.ts';
import './shape.ts';
import './unary.ts';
import * as tf from '@tensorflow/tfjs-core';
import { TRACE_BACKEND, traceBackend } from '../trace/trace-backend.ts';
import { TraceError } from '../trace/trace-error.ts';
import { covered } from './register.ts';
import { standInFor } from './stand-in.ts';

/** Names of the tfjs kernels that can be traced, sorted. */
export const coveredKernels: readonly string[] = [...covered].sort();

const KERNEL_NAME = /^(_?[A-Z][A-Za-z0-9]+)$/;

for (const name of Object.values(tf)) {
  if (typeof name !== 'string' || !KERNEL_NAME.test(name) || covered.has(name)) continue;
  tf.registerKernel({
    kernelName: name,
    backendName: TRACE_BACKEND,
    kernelFunc: ({ inputs, attrs }) => {
      const { tracer } = traceBackend;
      tracer.kernels.add(name);
      const stand = tracer.standIn && tf.getKernel(name, tracer.standIn);
      if (stand) return standInFor(stand, inputs, attrs, tracer);
      throw new TraceError({
        where: 'trace',
        expected: 'a function made of covered kernels',
        received: `the tfjs kernel "${name}"`,
        fix: "Write it with the kernels in the table of @hm/onnx's README, or add it in packages/onnx/src/kernels.",
        fields: { kernel: name },
      });
    },
  });
}
