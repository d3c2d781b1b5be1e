import { incompleteBeta } from './incomplete-beta.ts';

/** Returns `P(X ≤ x)` of the standard normal distribution, by its Taylor series; exact to 1e-15 between -6 and 6. */
export function normalCdf(x: number): number {
  if (Math.abs(x) > 8) return x < 0 ? 0 : 1;
  let [sum, term] = [x, x];
  for (let k = 3; Math.abs(term) > 1e-18 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** Returns the quantile of the standard normal distribution for a probability in (0, 1). */
export const normalQuantile = (probability: number): number => solve(normalCdf, probability, 8);

/** Returns `P(X ≤ x)` of Student's t distribution. */
export function studentCdf(x: number, degrees: number): number {
  const tail = incompleteBeta(degrees / (degrees + x * x), degrees / 2, 0.5) / 2;
  return x > 0 ? 1 - tail : tail;
}

/** Returns the quantile of Student's t distribution for a probability in (0, 1). */
export const studentQuantile = (probability: number, degrees: number): number =>
  solve((x) => studentCdf(x, degrees), probability, 1e6);

/** Returns where an increasing function takes a value, between -limit and limit. */
function solve(increasing: (x: number) => number, value: number, limit: number): number {
  let [low, high] = [-limit, limit];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (increasing(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
