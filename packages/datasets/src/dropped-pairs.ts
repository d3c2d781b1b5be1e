/**
 * Returns a note about the pairs that were dropped because something is missing: how many, and every name.
 *
 * @param what such as `an image`.
 * @param names one for each dropped pair; duplicates are listed once.
 */
export function droppedPairs(names: readonly string[], pairs: number, what: string): string {
  const distinct = [...new Set(names)].join(', ');
  return `${names.length} of ${pairs} pairs were dropped because ${what} is missing: the score is not the official one. Missing: ${distinct}.`;
}
