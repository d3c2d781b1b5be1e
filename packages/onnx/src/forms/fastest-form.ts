import { checkArguments } from '@hm/tensor/host';
import { type Form, forms } from './forms.ts';

/** Milliseconds of a convolution in each form. */
export type FormTimes = Readonly<Record<Form, number>>;

/** Measurements by a convolution's name, kept from one program to the next. */
export interface KernelCache {
  /** Earlier measurements; `{}` if there are none. */
  read(): Promise<Readonly<Record<string, FormTimes>>>;
  /** Keeps all of `times`. */
  write(times: Readonly<Record<string, FormTimes>>): Promise<void>;
}

/** Another form must be worth its rounding: faster than the direct one by a twentieth. */
const WORTH = 0.95;

/** The forms take turns so often: what else a machine does for a moment then slows no form alone. */
const ROUNDS = 2;

/** The form that is taken for a convolution. */
export const fastestForm = (times: FormTimes): Form => {
  checkArguments('fastestForm', { times }, { times: { has: ['direct'] } });
  return forms.reduce(
    (best, form) => (times[form] < times[best] * (best === 'direct' ? WORTH : 1) ? form : best),
    'direct' as Form,
  );
};

/**
 * The fastest form of each convolution.
 *
 * @param convolutions by their names.
 * @param measure gives milliseconds, of which the least of each form counts; it is not asked about what the cache knows.
 */
export async function fastestForms<T>(
  convolutions: ReadonlyMap<string, T>,
  measure: (convolution: T, form: Form) => Promise<number>,
  cache?: KernelCache,
): Promise<Record<string, Form>> {
  const known = { ...(await cache?.read()) };
  const missing = [...convolutions].filter(([name]) => known[name] === undefined);
  for (const [name, convolution] of missing) {
    const times = Object.fromEntries(forms.map((form) => [form, Number.POSITIVE_INFINITY]));
    for (let round = 0; round < ROUNDS; round++)
      for (const form of forms) times[form] = Math.min(times[form]!, await measure(convolution, form));
    known[name] = times as FormTimes;
  }
  if (missing.length > 0) await cache?.write(known);
  return Object.fromEntries([...convolutions.keys()].map((name) => [name, fastestForm(known[name]!)]));
}
