import { HmError } from '@hm/tensor/host';

/**
 * Prints an error to stderr. One that says what was expected, what came and what to do needs no stack; any other is a
 * fault of ours, and its stack is the report.
 */
export function reportError(error: unknown, verbose: boolean): void {
  if (HmError.isInstance(error) && !verbose) console.error(error.message);
  else console.error(error);
}
