import type { Batch } from '@hm/datasets';

/** Asks for the next batch before it is needed, and measures the time that is spent waiting all the same. */
export class Ahead {
  readonly #source: AsyncGenerator<Batch, void, void>;
  #next: Promise<IteratorResult<Batch, void>>;
  #waitMilliseconds = 0;

  constructor(source: AsyncGenerator<Batch, void, void>) {
    this.#source = source;
    this.#next = this.#ask();
  }

  async next(): Promise<Batch> {
    const asked = performance.now();
    const { value } = await this.#next;
    this.#waitMilliseconds += performance.now() - asked;
    this.#next = this.#ask();
    return value as Batch;
  }

  /** Milliseconds of waiting since the last call. */
  takeWait(): number {
    const waited = this.#waitMilliseconds;
    this.#waitMilliseconds = 0;
    return waited;
  }

  /** If it fails, whoever awaits it hears of it. */
  #ask() {
    const next = this.#source.next();
    next.catch(() => undefined);
    return next;
  }
}
