import { HmError } from '@hm/tensor/host';
import { element } from './element.ts';

/** Shows progress or an error on the page. */
export function say(text: string, fault = false): void {
  element('status').textContent = text;
  element('status').classList.toggle('fault', fault);
}

/** Returns an error's text. Our own messages already say what to do; others get a prefix. */
export function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return HmError.isInstance(error) ? text : `Something went wrong: ${text}`;
}

export const report = (error: unknown): void => say(explain(error), true);
