/** What can be freed. */
export interface Releasable {
  release(): Promise<void>;
}

interface Entry<T> {
  value: Promise<T>;
  weight: number;
  users: number;
}

/**
 * Keeps the values used last, up to a total weight, and releases the others. A value in use is never
 * released, so the total may be above the limit for as long as that takes.
 */
export class SessionCache<T extends Releasable> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Runs `task` with the value of `key`, which `make` makes if it is not there. */
  async use<R>(
    key: string,
    weight: number,
    make: () => Promise<T>,
    task: (value: T) => Promise<R>,
  ): Promise<R> {
    const entry = this.#entries.get(key) ?? { value: make(), weight, users: 0 };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.users++;
    try {
      return await task(await this.#orForget(key, entry));
    } finally {
      entry.users--;
      await this.#shrink();
    }
  }

  /** Releases everything; nothing may be in use. */
  async clear(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(entries.map(async ({ value }) => (await value).release()));
  }

  async #orForget(key: string, entry: Entry<T>): Promise<T> {
    try {
      return await entry.value;
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    }
  }

  async #shrink(): Promise<void> {
    let total = [...this.#entries.values()].reduce((sum, { weight }) => sum + weight, 0);
    const dropped: Entry<T>[] = [];
    for (const [key, entry] of this.#entries) {
      if (total <= this.#capacity) break;
      if (entry.users > 0) continue;
      this.#entries.delete(key);
      dropped.push(entry);
      total -= entry.weight;
    }
    await Promise.all(dropped.map(async ({ value }) => (await value).release()));
  }
}
