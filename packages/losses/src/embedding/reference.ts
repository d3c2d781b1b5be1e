/** Reference versions of the embedding losses for tests: loops over pairs and triplets in double precision. */

/** `weightsAt`: embeddings for the factors without a gradient, which thus stay fixed while `embeddings` vary. */
export type EmbeddingReference = (
  embeddings: number[][],
  labels: number[],
  weightsAt?: number[][],
) => number[];

const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const unit = (x: number[]) => x.map((value) => value / Math.sqrt(dot(x, x) + 1e-12));
const squared = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const vectorsOf = (embeddings: number[][], normalize: boolean) =>
  normalize ? embeddings.map(unit) : embeddings;
const indices = (labels: number[], keep: (label: number, i: number) => boolean) =>
  labels.flatMap((label, i) => (keep(label, i) ? [i] : []));
const positives = (labels: number[], a: number) => indices(labels, (y, i) => y === labels[a] && i !== a);
const negatives = (labels: number[], a: number) => indices(labels, (y) => y !== labels[a]);

/** Returns for each anchor the sum of its counted terms, times B over the number counted in the batch. */
function perAnchor(terms: number[][]): number[] {
  const counted = sum(terms.map((list) => list.length));
  return terms.map((list) => (sum(list) * terms.length) / Math.max(1, counted));
}

export const tripletReference =
  (margin: number, mining: 'semi-hard' | 'hard' | 'all'): EmbeddingReference =>
  (embeddings, labels) => {
    const x = vectorsOf(embeddings, true);
    const terms = labels.map((_, a) => {
      const toPositives = positives(labels, a).map((p) => squared(x[a]!, x[p]!));
      const toNegatives = negatives(labels, a).map((n) => squared(x[a]!, x[n]!));
      if (mining === 'hard') {
        const exists = toPositives.length > 0 && toNegatives.length > 0;
        return exists ? [Math.max(0, Math.max(...toPositives) - Math.min(...toNegatives) + margin)] : [];
      }
      const triplets = toPositives.flatMap((p) => toNegatives.map((n) => [p, n] as const));
      return triplets
        .filter(([p, n]) => mining === 'all' || (p < n && n < p + margin))
        .map(([p, n]) => Math.max(0, p - n + margin));
    });
    return perAnchor(terms);
  };

/** Each sample's mean over its pairs with all others. */
const meanOverPairs =
  (normalize: boolean, value: (squaredDistance: number, same: boolean) => number): EmbeddingReference =>
  (embeddings, labels) => {
    const x = vectorsOf(embeddings, normalize);
    const others = (a: number) => indices(labels, (_, i) => i !== a);
    return labels.map((label, a) => {
      const values = others(a).map((i) => value(squared(x[a]!, x[i]!), labels[i] === label));
      return sum(values) / Math.max(1, values.length);
    });
  };

export const contrastiveReference = (margin: number, normalize: boolean) =>
  meanOverPairs(normalize, (d2, same) => (same ? d2 / 2 : Math.max(0, margin - Math.sqrt(d2)) ** 2 / 2));

export const marginalReference = (tau: number, xi: number) =>
  meanOverPairs(true, (d2, same) => Math.max(0, xi - (same ? 1 : -1) * (tau - d2)));

export const msmlReference =
  (margin: number, normalize: boolean): EmbeddingReference =>
  (embeddings, labels) => {
    const x = vectorsOf(embeddings, normalize);
    const distances = (partners: typeof positives) =>
      labels.flatMap((_, a) => partners(labels, a).map((i) => Math.sqrt(squared(x[a]!, x[i]!))));
    const [same, different] = [distances(positives), distances(negatives)];
    const exists = same.length > 0 && different.length > 0;
    const loss = exists ? Math.max(0, margin + Math.max(...same) - Math.min(...different)) : 0;
    return labels.map(() => loss);
  };

const logSumExp = (values: number[]) => {
  const largest = Math.max(...values);
  return largest + Math.log(sum(values.map((value) => Math.exp(value - largest))));
};

export const circleReference =
  (margin: number, gamma: number): EmbeddingReference =>
  (embeddings, labels, weightsAt = embeddings) => {
    const [x, held] = [vectorsOf(embeddings, true), vectorsOf(weightsAt, true)];
    const terms = labels.map((_, a) => {
      const [own, other] = [positives(labels, a), negatives(labels, a)];
      if (own.length === 0 || other.length === 0) return [];
      const p = own.map(
        (i) => -gamma * Math.max(0, 1 + margin - dot(held[a]!, held[i]!)) * (dot(x[a]!, x[i]!) - 1 + margin),
      );
      const n = other.map(
        (i) => gamma * Math.max(0, dot(held[a]!, held[i]!) + margin) * (dot(x[a]!, x[i]!) - margin),
      );
      const z = logSumExp(p) + logSumExp(n);
      return [Math.max(0, z) + Math.log1p(Math.exp(-Math.abs(z)))];
    });
    return perAnchor(terms);
  };
