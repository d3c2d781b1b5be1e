import type { TrainEvent } from '../observe/events.ts';
import type { Checkpoint } from '../run-folder/checkpoint.ts';

/** Storage for a run's checkpoints. */
export interface CheckpointStore {
  /** Writes the newest checkpoint. @returns its name for messages, and its size. */
  save(checkpoint: Checkpoint): Promise<{ path: string; bytes: number }>;
  /** Writes the checkpoint with the best validation, replacing the previous one. */
  saveBest(checkpoint: Checkpoint): Promise<void>;
}

/** Writes a run's checkpoints. */
export class Checkpoints {
  readonly #save: CheckpointStore['save'];
  #saved: { step: number; path: string } | undefined;

  /** @param save writes a checkpoint. @param saved the checkpoint that training resumes from. */
  constructor(save: CheckpointStore['save'], saved: { step: number; path: string } | undefined) {
    this.#save = save;
    this.#saved = saved;
  }

  /** Path of the newest checkpoint; empty on ranks that write none, whose events are dropped. */
  get path(): string {
    return this.#saved?.path ?? '';
  }

  /** Marks this step's checkpoint as outdated. */
  forget(): void {
    this.#saved = undefined;
  }

  /** Writes a checkpoint unless there is one of this step. */
  async *save(step: number, current: () => Promise<Checkpoint>): AsyncGenerator<TrainEvent, void, void> {
    if (this.#saved?.step === step) return;
    const began = performance.now();
    const { path, bytes } = await this.#save(await current());
    this.#saved = { step, path };
    yield { kind: 'checkpoint', step, path, bytes, seconds: (performance.now() - began) / 1000 };
  }
}
