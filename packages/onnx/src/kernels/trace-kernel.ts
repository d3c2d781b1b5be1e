import { checkArguments } from '@hm/tensor/host';
import { backend_util, type NamedTensorInfoMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { elementwise } from './elementwise.ts';
import { kernel } from './register.ts';

/**
 * Makes a custom tfjs kernel traceable: in a graph it becomes one element-wise ONNX operator, applied to its inputs in
 * order. Values and gradients come from tfjs's `registerKernel` and `registerGradient`, as for any kernel.
 *
 * @param name of the kernel. @param operator of ONNX, such as `Celu`. @param attributes numbers that the operator takes.
 * @example
 * traceKernel('Celu', 'Celu', { alpha: 0.5 });
 */
export function traceKernel(
  name: string,
  operator: string,
  attributes: Readonly<Record<string, number>> = {},
): void {
  checkArguments('traceKernel', { name, operator, attributes }, kinds);
  const floats = Object.fromEntries(Object.entries(attributes).map(([key, float]) => [key, { float }]));
  kernel<NamedTensorInfoMap>(name, (tracer, inputs) => {
    const operands = Object.values(inputs) as TensorInfo[];
    const shape = operands
      .map((info) => info.shape)
      .reduce((a, b) => backend_util.assertAndGetBroadcastShape(a, b), []);
    return elementwise(tracer, operator, operands, shape, operands[0]!.dtype, { attributes: floats });
  });
}

const kinds = { name: 'string', operator: 'string', attributes: 'object' } as const;
