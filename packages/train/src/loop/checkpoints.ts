import type { Checkpoint } from '../checkpoint.ts';
import { saveCheckpoint } from '../checkpoint-folder.ts';
import type { TrainEvent } from '../events.ts';

/** Writes a run's checkpoints. */
export class Checkpoints {
  readonly #out: string;
  readonly #keep: number;
  #saved: { step: number; path: string } | undefined;

  /** @param keep how many. @param saved the one that training goes on from. */
  constructor(out: string, keep: number, saved: { step: number; path: string } | undefined) {
    this.#out = out;
    this.#keep = keep;
    this.#saved = saved;
  }

  /** The newest one's; empty on ranks that write nothing, and whose events nobody hears. */
  get path(): string {
    return this.#saved?.path ?? '';
  }

  /** Says that the one of this step holds what is no longer so. */
  forget(): void {
    this.#saved = undefined;
  }

  /** Writes one unless this step's is there. */
  async *save(step: number, current: () => Promise<Checkpoint>): AsyncGenerator<TrainEvent, void, void> {
    if (this.#saved?.step === step) return;
    const began = performance.now();
    const { path, bytes } = await saveCheckpoint(this.#out, await current(), this.#keep);
    this.#saved = { step, path };
    yield { kind: 'checkpoint', step, path, bytes, seconds: (performance.now() - began) / 1000 };
  }
}
