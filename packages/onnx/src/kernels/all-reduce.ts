import { ALL_REDUCE } from '@hm/tensor';
import { registerKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { COLLECTIVE_DOMAIN } from '../graph.ts';
import { TRACE_BACKEND, traceBackend } from '../trace/trace-backend.ts';
import { TraceError } from '../trace/trace-error.ts';

// Not one of tfjs's own kernels, and therefore not listed among the covered ones.
registerKernel({
  kernelName: ALL_REDUCE,
  backendName: TRACE_BACKEND,
  kernelFunc: ({ inputs }) => {
    const { tracer } = traceBackend;
    const x = inputs.x as TensorInfo;
    if (x.dtype !== 'float32') throw notFloat(x.dtype);
    const layout = tracer.nativeLayout(x) ?? 'logical';
    const sum = tracer.node(ALL_REDUCE, [tracer.named(x, layout)], { domain: COLLECTIVE_DOMAIN });
    return tracer.output(sum, x.shape, x.dtype, ALL_REDUCE, layout);
  },
});

const notFloat = (dtype: string) =>
  new TraceError({
    where: 'allReduce',
    expected: 'a float32 tensor',
    received: dtype,
    fix: "Cast it first: tf.cast(x, 'float32').",
  });
