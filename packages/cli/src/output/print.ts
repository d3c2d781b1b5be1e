import { printableLines } from '@hm/tensor/host';

/** Prints lines of a result to standard output. Control characters, such as in file names, are escaped. */
export const print = (text: string): void => console.log(printableLines(text));

/** Prints lines that are not part of the result to standard error, escaped likewise. */
export const tell = (text: string): void => console.error(printableLines(text));
