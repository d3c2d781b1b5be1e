/** Returns the milliseconds of the fastest of `count` calls, after a warm-up call. */
export async function bestOf(count: number, run: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let done = 0; done <= count; done++) {
    const start = performance.now();
    await run();
    if (done > 0) best = Math.min(best, performance.now() - start);
  }
  return best;
}
