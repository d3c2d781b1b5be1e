import { checkOptions } from '@hm/tensor/host';
import { blockSize } from '../blocks.ts';
import { type CompileOptions, compileOptions, recordInOwnLayouts, type StepFunction } from '../compile.ts';
import { type ConvolutionShape, type Form, forms, type Kernels, nameOf } from './forms.ts';
import { measureForm } from './measure-form.ts';

/** Milliseconds of a convolution in each form. */
export type FormTimes = Readonly<Record<Form, number>>;

/** Measurements by a convolution's name, kept from one program to the next. */
export interface KernelCache {
  /** What was measured before; `{}` where nothing was. */
  read(): Promise<Readonly<Record<string, FormTimes>>>;
  /** Keeps all of `times`. */
  write(times: Readonly<Record<string, FormTimes>>): Promise<void>;
}

/**
 * Times every 3×3 convolution of a step, and its gradients, in each form that this package has for it, on this processor,
 * and names the fastest: for `compile(step, { kernels })`, which takes the same choice elsewhere and gives the same bits.
 * None where there is no choice: on another provider than `cpu`, and in mixed precision.
 *
 * @param cache what was measured before is not measured again.
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
  const block = provider === 'cpu' && !mixedPrecision ? await blockSize() : 0;
  if (block === 0) return {};
  const found = new Map<string, ConvolutionShape>();
  recordInOwnLayouts(step, state, inputs, block, (shape) => {
    found.set(nameOf(shape), shape);
    return 'direct';
  });
  const known = { ...(await cache?.read()) };
  const missing = [...found].filter(([name]) => known[name] === undefined);
  for (const [name, shape] of missing) {
    const times: Partial<Record<Form, number>> = {};
    for (const form of forms) times[form] = await measureForm(shape, form, { block, threads });
    known[name] = times as FormTimes;
  }
  if (missing.length > 0) await cache?.write(known);
  return Object.fromEntries([...found.keys()].map((name) => [name, fastestForm(known[name]!)]));
}

/** Another form must be worth its rounding: faster than the direct one by a twentieth. */
const WORTH = 0.95;

/** The form that {@link chooseKernels} takes for a convolution. */
export const fastestForm = (times: FormTimes): Form =>
  forms.reduce(
    (best, form) => (times[form] < times[best] * (best === 'direct' ? WORTH : 1) ? form : best),
    'direct' as Form,
  );
