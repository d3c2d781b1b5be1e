import type { BadSample } from '@hm/datasets';
import type { HostTensor } from '@hm/tensor';
import { any, type Communicator, collectValues } from './communicator.ts';
import { assertSameState } from './same-state.ts';

/** What the processes of a run do together; one that is alone decides for itself. */
export class SharedRun {
  readonly #ranks: Communicator | undefined;

  constructor(ranks: Communicator | undefined) {
    this.#ranks = ranks;
  }

  /** Whether it is so on any rank. */
  any(isSo: boolean): boolean {
    return this.#ranks === undefined ? isSo : any(this.#ranks, isSo);
  }

  /** What each rank has, on all of them. */
  collect(own: readonly BadSample[]): readonly BadSample[] {
    if (this.#ranks === undefined || !this.any(own.length > 0)) return own;
    return collectValues(this.#ranks, own).flat();
  }

  /**
   * What rank 0 does for all of them, who wait for it.
   *
   * @throws {InvalidDataError} if they do not hold the same weights.
   */
  async *leading<Event>(
    work: () => AsyncGenerator<Event, void, void>,
    readState: () => Promise<Record<string, HostTensor>>,
    step: number,
  ): AsyncGenerator<Event, void, void> {
    const ranks = this.#ranks;
    if (ranks === undefined) return yield* work();
    assertSameState(ranks, await readState(), step);
    if (ranks.rank === 0) yield* work();
    await ranks.gather();
  }
}
