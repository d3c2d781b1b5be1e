import type { SumOverRanks } from '../segments/segmented-session.ts';

/**
 * Returns sums over programs that run side by side in this process: each waits until all of them have passed their
 * numbers.
 */
export function ranksInOneProcess(count: number): SumOverRanks[] {
  let brought: { values: Float32Array; done: () => void }[] = [];
  return Array.from({ length: count }, () => (values: Float32Array) => {
    const promise = new Promise<void>((done) => brought.push({ values, done }));
    if (brought.length === count) {
      const total = values.map((_, i) => brought.reduce((sum, other) => sum + other.values[i]!, 0));
      for (const other of brought) other.values.set(total);
      for (const other of brought) other.done();
      brought = [];
    }
    return promise;
  });
}
