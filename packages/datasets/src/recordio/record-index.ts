/** Offsets of a file's records by key, in ascending order of the keys. */
export interface RecordIndex {
  readonly length: number;
  /** Returns the key at a place. */
  keyAt(place: number): number;
  /** Returns the offset at a place. */
  offsetAt(place: number): number;
  /** Returns the offset of a key, or undefined if there is no such record. */
  offsetOf(key: number): number | undefined;
}

/**
 * Builds an index from keys and offsets. Keys without gaps, as every tool writes them, are not stored: millions of
 * records take 8 bytes each.
 *
 * @returns undefined if a key occurs twice.
 */
export function recordIndex(keys: Float64Array, offsets: Float64Array): RecordIndex | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const key of keys) {
    if (key < low) low = key;
    if (key > high) high = key;
  }
  return high - low === keys.length - 1 ? dense(keys, offsets, low) : sparse(keys, offsets);
}

function dense(keys: Float64Array, offsets: Float64Array, low: number): RecordIndex | undefined {
  const placed = new Float64Array(keys.length).fill(-1);
  for (let line = 0; line < keys.length; line++) {
    const place = keys[line]! - low;
    if (placed[place] !== -1) return undefined;
    placed[place] = offsets[line]!;
  }
  return {
    length: placed.length,
    keyAt: (place) => low + place,
    offsetAt: (place) => placed[place]!,
    offsetOf: (key) => placed[key - low],
  };
}

function sparse(keys: Float64Array, offsets: Float64Array): RecordIndex | undefined {
  const order = Uint32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]!);
  const sortedKeys = Float64Array.from(order, (line) => keys[line]!);
  const sortedOffsets = Float64Array.from(order, (line) => offsets[line]!);
  if (sortedKeys.some((key, place) => place > 0 && key === sortedKeys[place - 1])) return undefined;
  return {
    length: keys.length,
    keyAt: (place) => sortedKeys[place]!,
    offsetAt: (place) => sortedOffsets[place]!,
    offsetOf: (key) => sortedOffsets[placeOf(sortedKeys, key)],
  };
}

/** Finds the place of a key by bisection; -1 if there is none. */
function placeOf(keys: Float64Array, key: number): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return keys[low] === key ? low : -1;
}
