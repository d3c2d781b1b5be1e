import { inspect } from 'node:util';
import { HmError } from '@hm/tensor/host';
import { tell } from './print.ts';

/**
 * Prints an error to stderr. One that says what was expected, what came and what to do needs no stack; any other is a
 * fault of ours, and its stack is the report.
 */
export function reportError(error: unknown, verbose: boolean): void {
  if (HmError.isInstance(error) && !verbose) tell(error.message);
  else tell(inspect(error));
}
