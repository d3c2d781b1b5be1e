import { HmError } from '@hm/tensor/host';
import { element } from './element.ts';

/** Says on the page what goes on, or what went wrong. */
export function say(text: string, fault = false): void {
  element('status').textContent = text;
  element('status').classList.toggle('fault', fault);
}

/** A message of ours says what to do; anything else is told as it is. */
export function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return HmError.isInstance(error) ? text : `Something went wrong: ${text}`;
}

export const report = (error: unknown): void => say(explain(error), true);
