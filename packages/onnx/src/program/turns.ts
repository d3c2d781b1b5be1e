/** Takes tasks one after the other, in the order in which they come. One that fails does not hold up the others. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Returns what a task returns, once all tasks before it have ended. */
  take<T>(task: () => Promise<T> | T): Promise<T> {
    const taken = this.#last.then(task);
    this.#last = taken.catch(() => undefined);
    return taken;
  }
}
