/** Limit for the number of pixels in a file, unless another is given. */
export const MOST_PIXELS = 100_000_000;
