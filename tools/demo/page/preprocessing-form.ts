import type { Recognizer } from '@hm/recognize/browser';
import { HmError } from '@hm/tensor/host';
import { element } from './element.ts';

/** Preprocessing of a model's images. */
export type Preprocessing = Recognizer['preprocessing'];

/** Returns true if a model could not be loaded because its preprocessing is unknown. */
export const needsPreprocessing = (error: unknown): boolean =>
  HmError.isInstance(error) && error.code === 'invalid-argument' && 'metadata' in error.fields;

/** Shows the form and waits for the answer. If called again before that, only the later call gets an answer. */
export function askPreprocessing(): Promise<Preprocessing> {
  const form = element<HTMLFormElement>('preprocessing');
  form.hidden = false;
  element('height').focus();
  return new Promise((resolve) => {
    form.onsubmit = (event) => {
      event.preventDefault();
      form.hidden = true;
      resolve(answer());
    };
  });
}

function answer(): Preprocessing {
  const number = (id: string) => element<HTMLInputElement>(id).valueAsNumber;
  const channels = element<HTMLSelectElement>('channels').value as 'rgb' | 'bgr';
  const [height, width, mean, scale] = ['height', 'width', 'mean', 'scale'].map(number) as [
    number,
    number,
    number,
    number,
  ];
  return { height, width, mean, scale, channels, template: 'none' };
}
