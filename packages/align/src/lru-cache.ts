/** Keeps the `size` most recently used values; one that leaves is released. */
export class LruCache<T> {
  readonly #entries = new Map<string, Promise<T>>();
  readonly #size: number;
  readonly #release: (value: T) => Promise<void>;

  constructor(size: number, release: (value: T) => Promise<void>) {
    this.#size = size;
    this.#release = release;
  }

  /** The value of `key`, made if it is not there. */
  async get(key: string, make: () => Promise<T>): Promise<T> {
    const entry = this.#entries.get(key) ?? make();
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#size) await this.#drop(oldest!);
    return entry;
  }

  /** Releases everything. */
  async clear(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((key) => this.#drop(key)));
  }

  async #drop(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    if (entry !== undefined) await this.#release(await entry);
  }
}
