import type { Checkpoint } from '../checkpoint.ts';
import type { TrainEvent } from '../events.ts';

/** Where a run's checkpoints go. */
export interface CheckpointStore {
  /** Writes the newest one. @returns how messages name it, and its size. */
  save(checkpoint: Checkpoint): Promise<{ path: string; bytes: number }>;
  /** Writes the one with the best validation, in the place of the one before. */
  saveBest(checkpoint: Checkpoint): Promise<void>;
}

/** Writes a run's checkpoints. */
export class Checkpoints {
  readonly #save: CheckpointStore['save'];
  #saved: { step: number; path: string } | undefined;

  /** @param save writes one. @param saved the one that training goes on from. */
  constructor(save: CheckpointStore['save'], saved: { step: number; path: string } | undefined) {
    this.#save = save;
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
    const { path, bytes } = await this.#save(await current());
    this.#saved = { step, path };
    yield { kind: 'checkpoint', step, path, bytes, seconds: (performance.now() - began) / 1000 };
  }
}
