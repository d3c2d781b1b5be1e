import { kernelCache } from '#runtime';
import { fastestForms } from '../forms/fastest-form.ts';
import type { Kernels } from '../forms/forms.ts';
import { type Bench, measureConvolution, type PlacedConvolution } from './measure-convolution.ts';

/** Chooses a form for each convolution, by its name. */
export type ChooseForms = (
  convolutions: ReadonlyMap<string, PlacedConvolution>,
  bench: Bench,
) => Promise<Kernels>;

/** The forms that are fastest on this processor; what was measured before is not measured again. */
export const measuredForms: ChooseForms = (convolutions, bench) =>
  fastestForms(
    convolutions,
    (convolution, form) => measureConvolution(convolution, form, bench),
    kernelCache(bench.threads),
  );
