import { checkArguments, checkOptions } from '@hm/tensor/host';
import { blockSize } from '../blocks.ts';
import { type CompileOptions, compileOptions, recordInOwnLayouts, type StepFunction } from '../compile.ts';
import { fastestForms, type KernelCache } from './fastest-form.ts';
import { type ConvolutionShape, formsOf, type Kernels, nameOf } from './forms.ts';
import { measureForm } from './measure-form.ts';

/**
 * Times every 3×3 convolution of a step, and its gradients, in each form that this package has for it, on this
 * processor. Returns the fastest forms, for `compile(step, { kernels })`: with the same choice, another machine gets
 * the same bits. Returns none where there is no choice: with a provider other than `cpu`, and in mixed precision.
 *
 * @param cache earlier measurements, which are not repeated.
 * @example
 * const kernels = await chooseKernels(step, { state, inputs });
 * const program = await compile(step, { state, inputs, kernels });
 */
export async function chooseKernels(
  step: StepFunction,
  options: CompileOptions,
  cache?: KernelCache,
): Promise<Kernels> {
  const {
    state,
    inputs,
    provider = 'cpu',
    threads,
    mixedPrecision,
  } = checkOptions('chooseKernels', options, compileOptions);
  checkArguments('chooseKernels', { step }, { step: 'function' });
  const block = provider === 'cpu' && !mixedPrecision ? await blockSize() : 0;
  if (block === 0) return {};
  const found = new Map<string, ConvolutionShape>();
  const chooseForm = (shape: ConvolutionShape) => {
    found.set(nameOf(shape), shape);
    return 'direct' as const;
  };
  recordInOwnLayouts(step, state, inputs, { block, chooseForm });
  return fastestForms(found, {
    formsOf: ({ direction }) => formsOf[direction],
    measure: (shape, form) => measureForm(shape, form, { block, threads }),
    cache,
  });
}
