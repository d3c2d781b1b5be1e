import { type ConvolutionShape, type Form, forms, nameOf } from './forms.ts';
import { type Measurement, measureForm } from './measure-form.ts';

/** Milliseconds of a convolution in each form. */
export type FormTimes = Readonly<Record<Form, number>>;

/** Measurements by a convolution's name, kept from one program to the next. */
export interface FormCache {
  read(): Promise<Readonly<Record<string, FormTimes>>>;
  write(times: Readonly<Record<string, FormTimes>>): Promise<void>;
}

/** Times every form of convolutions that are not in the cache, and gives the fastest of each by its name. */
export async function chooseForms(
  convolutions: readonly ConvolutionShape[],
  cache: FormCache,
  measurement: Measurement,
): Promise<Record<string, Form>> {
  const known = await cache.read();
  const measured: Record<string, FormTimes> = {};
  for (const shape of convolutions) {
    if (known[nameOf(shape)] !== undefined) continue;
    const times = await inTurns(forms, (form) => measureForm(shape, form, measurement));
    measured[nameOf(shape)] = times;
  }
  if (Object.keys(measured).length > 0) await cache.write({ ...known, ...measured });
  const all = { ...known, ...measured };
  return Object.fromEntries(convolutions.map((shape) => [nameOf(shape), fastest(all[nameOf(shape)]!)]));
}

async function inTurns(names: readonly Form[], measure: (form: Form) => Promise<number>): Promise<FormTimes> {
  const times: Partial<Record<Form, number>> = {};
  for (const name of names) times[name] = await measure(name);
  return times as FormTimes;
}

/** Another form must be worth its rounding: it has to be faster than the direct one by a twentieth. */
const WORTH = 0.95;

const fastest = (times: FormTimes): Form =>
  forms.reduce(
    (best, form) => (times[form] < times[best] * (best === 'direct' ? WORTH : 1) ? form : best),
    'direct',
  );
