import { checkArguments } from '@hm/tensor/host';
import type { Form } from './forms.ts';

/** Milliseconds of a convolution in each of its forms. */
export type FormTimes = Readonly<Partial<Record<Form, number>> & Record<'direct', number>>;

/** Cache of measurements by a convolution's name, kept from one program to the next. */
export interface KernelCache {
  /** Returns earlier measurements; `{}` if there are none. */
  read(): Promise<Readonly<Record<string, FormTimes>>>;
  /** Stores all of `times`. */
  write(times: Readonly<Record<string, FormTimes>>): Promise<void>;
}

/** Another form must be 5 % faster than the direct one to be worth its rounding errors. */
const WORTH = 0.95;

/** Number of rounds in which the forms take turns, so that a moment of other load does not slow down one form alone. */
const ROUNDS = 2;

/** Returns the form to use for a convolution. */
export const fastestForm = (times: FormTimes): Form => {
  checkArguments('fastestForm', { times }, { times: { has: ['direct'] } });
  return (Object.keys(times) as Form[]).reduce(
    (best, form) => (times[form]! < times[best]! * (best === 'direct' ? WORTH : 1) ? form : best),
    'direct' as Form,
  );
};

/** What to time, and how. */
export interface FormBench<T> {
  /** Returns the forms of a convolution, the direct one first. */
  formsOf(convolution: T): readonly Form[];
  /** Measures milliseconds; the minimum for each form counts. */
  measure(convolution: T, form: Form): Promise<number>;
  /** Cache of earlier measurements, which are not repeated. */
  cache?: KernelCache | undefined;
}

/** Returns the times of each convolution in every form, by the convolution's name. */
export async function formTimes<T>(
  convolutions: ReadonlyMap<string, T>,
  { formsOf, measure, cache }: FormBench<T>,
): Promise<Record<string, FormTimes>> {
  const known = { ...(await cache?.read()) };
  const missing = [...convolutions].filter(([name, convolution]) =>
    formsOf(convolution).some((form) => known[name]?.[form] === undefined),
  );
  for (const [name, convolution] of missing) {
    const forms = formsOf(convolution);
    const times = Object.fromEntries(forms.map((form) => [form, Number.POSITIVE_INFINITY]));
    for (let round = 0; round < ROUNDS; round++)
      for (const form of forms) times[form] = Math.min(times[form]!, await measure(convolution, form));
    known[name] = times as unknown as FormTimes;
  }
  if (missing.length > 0) await cache?.write(known);
  return Object.fromEntries([...convolutions.keys()].map((name) => [name, known[name]!]));
}

/** Returns the fastest form of each convolution, by the convolution's name. */
export async function fastestForms<T>(
  convolutions: ReadonlyMap<string, T>,
  bench: FormBench<T>,
): Promise<Record<string, Form>> {
  const times = await formTimes(convolutions, bench);
  return Object.fromEntries(Object.entries(times).map(([name, each]) => [name, fastestForm(each)]));
}
