/** Classes that are numbered from 0 without gaps, whatever the numbers in a file are. */
export interface Classes {
  labels: Int32Array;
  classes: number;
  name(label: number): string;
}

/**
 * Numbers classes in the order of the labels that occur: the largest label says nothing about how many there are. A
 * class without a name is called by its label.
 *
 * @param given Whole numbers from 0.
 */
export function numberClasses(
  given: Iterable<number> & ArrayLike<number>,
  nameOf: (label: number) => string | undefined = () => undefined,
): Classes {
  const found = Float64Array.from(new Set(given)).sort();
  const isDense = found.length === 0 || found.at(-1) === found.length - 1;
  const places = isDense ? undefined : new Map(Array.from(found, (label, place) => [label, place]));
  return {
    labels: Int32Array.from(given, (label) => places?.get(label) ?? label),
    classes: found.length,
    name: (label) => nameOf(found[label]!) ?? String(found[label]),
  };
}

/**
 * Numbers classes that are texts: by value where all of them are whole numbers (`3` and `3.0` are one), else in the
 * order of the names.
 */
export function numberTexts(texts: readonly string[]): Classes {
  const canonical = texts.map((text) => text.replace(/^(\d+)\.0*$/, '$1'));
  const found = [...new Set(canonical)];
  const areNumbers = found.every((text) => /^\d+$/.test(text));
  found.sort(areNumbers ? byValue : (a, b) => (a < b ? -1 : 1));
  const places = new Map(found.map((text, place) => [text, place]));
  return {
    labels: Int32Array.from(canonical, (text) => places.get(text)!),
    classes: found.length,
    name: (label) => found[label]!,
  };
}

/** Digits of any number, more than a float64 holds. */
function byValue(a: string, b: string): number {
  const [first, second] = [BigInt(a), BigInt(b)];
  return first === second ? (a < b ? -1 : 1) : first < second ? -1 : 1;
}
