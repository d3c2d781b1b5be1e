/** Pixels of a file that is decoded unless more are allowed. */
export const MOST_PIXELS = 100_000_000;
