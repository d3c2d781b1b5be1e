import { printableLines } from '@hm/tensor/host';

/** Prints lines of a result on standard output. No control character of a name passes, so a terminal only shows. */
export const print = (text: string): void => console.log(printableLines(text));

/** The same on standard error: what is said beside the result. */
export const tell = (text: string): void => console.error(printableLines(text));
