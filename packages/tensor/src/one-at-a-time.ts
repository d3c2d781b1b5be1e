/**
 * Returns a function that runs tasks one after the other, in the order of its calls, and returns what each returns. A task
 * that fails does not hold up the next ones.
 *
 * @example
 * const inTurn = oneAtATime();
 * await Promise.all([inTurn(async () => 1), inTurn(async () => 2)]);
 */
export function oneAtATime(): <T>(task: () => Promise<T> | T) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
}
