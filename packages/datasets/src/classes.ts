/** Classes numbered from 0 without gaps, whatever numbers a file uses. */
export interface Classes {
  labels: Int32Array;
  classes: number;
  name(label: number): string;
}

/**
 * Numbers classes in the order of the labels that occur. The largest label does not tell how many classes there are. A
 * class without a name is named after its label.
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
 * Numbers classes given as text: by value if all of them are whole numbers (`3` and `3.0` are the same), otherwise in
 * the order of the names.
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

/** Compares whole numbers of any length, even those beyond float64. */
function byValue(a: string, b: string): number {
  const [first, second] = [BigInt(a), BigInt(b)];
  return first === second ? (a < b ? -1 : 1) : first < second ? -1 : 1;
}
