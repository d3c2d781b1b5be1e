import type { Batch } from '@hm/datasets';
import { type Patience, waitFor } from './wait.ts';

type Result = IteratorResult<Batch, void>;

/** Asks for the batches of the next step before they are needed, and measures the time spent waiting all the same. */
export class Ahead {
  readonly #source: AsyncGenerator<Batch, void, void>;
  readonly #patience: Patience;
  readonly #next: Promise<Result>[];
  #waitMilliseconds = 0;

  /** @param count batches that a step is made of. */
  constructor(source: AsyncGenerator<Batch, void, void>, count: number, patience: Patience) {
    this.#source = source;
    this.#patience = patience;
    this.#next = Array.from({ length: count }, () => this.#ask());
  }

  /** The batches of a step; undefined if the signal was raised before all were there. @throws {UnavailableError} */
  async next(): Promise<Batch[] | undefined> {
    const asked = performance.now();
    const batches = Promise.all(this.#next).then((results) => results.map(({ value }) => value as Batch));
    const result = await waitFor(batches, this.#patience);
    this.#waitMilliseconds += performance.now() - asked;
    if (result === undefined) return undefined;
    for (let batch = 0; batch < this.#next.length; batch++) this.#next[batch] = this.#ask();
    return result;
  }

  /** Milliseconds of waiting since the last call. */
  takeWait(): number {
    const waited = this.#waitMilliseconds;
    this.#waitMilliseconds = 0;
    return waited;
  }

  /** Ends the preparation of further batches, without waiting for one that may never come. */
  close(): void {
    this.#source.return().catch(() => undefined);
  }

  /** If it fails, whoever awaits it hears of it. */
  #ask(): Promise<Result> {
    const next = this.#source.next();
    next.catch(() => undefined);
    return next;
  }
}
