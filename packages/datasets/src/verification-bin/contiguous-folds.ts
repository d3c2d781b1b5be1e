/**
 * Returns the fold of each of `count` pairs in order. Folds are as equal as possible, the first ones larger, like
 * scikit-learn's KFold.
 */
export function contiguousFolds(count: number, folds: number): (place: number) => number {
  const size = Math.floor(count / folds);
  const larger = count % folds;
  const inLarger = larger * (size + 1);
  return (place) =>
    place < inLarger
      ? Math.floor(place / (size + 1))
      : larger + Math.floor((place - inLarger) / Math.max(1, size));
}
