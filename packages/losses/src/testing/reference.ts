/** Reference losses for tests, on plain arrays in double precision, directly from the papers (angles by `acos`). */

const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const length = (a: number[]): number => Math.sqrt(dot(a, a));

export type TargetOf = (cosine: number, norm: number) => number;

/** `log Σ exp(z) − z_y`. */
export function crossEntropy(logits: number[], label: number): number {
  const largest = Math.max(...logits);
  return Math.log(logits.reduce((sum, z) => sum + Math.exp(z - largest), 0)) + largest - logits[label]!;
}

/** Cross-entropy of `scaleOf(‖x‖)·cos θ` with the target's logit replaced. */
export function marginLosses(
  embeddings: number[][],
  weight: number[][],
  labels: number[],
  scaleOf: (norm: number) => number,
  target: TargetOf,
): number[] {
  return embeddings.map((x, i) => {
    const cosines = weight.map((w) => Math.min(1, Math.max(-1, dot(x, w) / (length(x) * length(w)))));
    const logits = cosines.map((cosine) => scaleOf(length(x)) * cosine);
    logits[labels[i]!] = target(cosines[labels[i]!]!, length(x));
    return crossEntropy(logits, labels[i]!);
  });
}

export const softmaxLosses = (embeddings: number[][], weight: number[][], bias: number[], labels: number[]) =>
  embeddings.map((x, i) =>
    crossEntropy(
      weight.map((w, j) => dot(x, w) + bias[j]!),
      labels[i]!,
    ),
  );

export const arcFaceTarget =
  (scale: number, margin: number): TargetOf =>
  (cosine) => {
    const angle = Math.acos(cosine);
    return scale * (angle + margin > Math.PI ? cosine - margin * Math.sin(margin) : Math.cos(angle + margin));
  };

export const cosFaceTarget =
  (scale: number, margin: number): TargetOf =>
  (cosine) =>
    scale * (cosine - margin);

export const aSoftmaxTarget =
  (m: number, lambda: number): TargetOf =>
  (cosine, norm) => {
    const angle = Math.acos(cosine);
    const k = Math.min(m - 1, Math.floor((m * angle) / Math.PI));
    const psi = (-1) ** k * Math.cos(m * angle) - 2 * k;
    return (norm * (psi + lambda * cosine)) / (1 + lambda);
  };
