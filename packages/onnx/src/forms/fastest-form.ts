import { checkArguments } from '@hm/tensor/host';
import type { Form } from './forms.ts';

/** Milliseconds of a convolution in each form that it has. */
export type FormTimes = Readonly<Partial<Record<Form, number>> & Record<'direct', number>>;

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
  return (Object.keys(times) as Form[]).reduce(
    (best, form) => (times[form]! < times[best]! * (best === 'direct' ? WORTH : 1) ? form : best),
    'direct' as Form,
  );
};

/** What is timed. */
export interface FormBench<T> {
  /** The forms of a convolution, the direct one first. */
  formsOf(convolution: T): readonly Form[];
  /** Milliseconds, of which the least of each form counts. */
  measure(convolution: T, form: Form): Promise<number>;
  /** It is not measured again what this knows. */
  cache?: KernelCache | undefined;
}

/** The times of each convolution in every form, by the convolution's name. */
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

/** The fastest form of each convolution. */
export async function fastestForms<T>(
  convolutions: ReadonlyMap<string, T>,
  bench: FormBench<T>,
): Promise<Record<string, Form>> {
  const times = await formTimes(convolutions, bench);
  return Object.fromEntries(Object.entries(times).map(([name, each]) => [name, fastestForm(each)]));
}
