import type { Backbone } from '@hm/resnet';
import { InvalidArgumentError } from '@hm/tensor';
import { snapshot } from '../export/export-loaded.ts';
import type { Checkpoint, Progress } from '../run-folder/checkpoint.ts';
import { waitFor } from '../wait.ts';
import type { TrainEvent } from './events.ts';

/** Result of a validation. */
export interface Validation {
  /** Name of the score, such as `accuracy`. */
  name: string;
  /** Score of the network; higher is better. */
  score: number;
}

/** Options of `Validator`. */
export interface ValidatorOptions {
  validate(model: Uint8Array, step: number): Promise<Validation>;
  backbone: Backbone;
  /** Saves the best checkpoint so far. */
  saveBest(checkpoint: Checkpoint): Promise<void>;
  signal: AbortSignal | undefined;
  /** Longest wait for a result; no limit if undefined. */
  seconds: number | undefined;
}

/** Scores the current network and saves the best one so far. */
export class Validator {
  readonly #options: ValidatorOptions;

  constructor(options: ValidatorOptions) {
    this.#options = options;
  }

  /** @returns the progress with the best score, or, if the signal interrupted it, marked as not validated yet. */
  async *validate(
    { unvalidated: _, ...progress }: Progress,
    current: (progress: Progress) => Promise<Checkpoint>,
  ): AsyncGenerator<TrainEvent, Progress, void> {
    const { validate, backbone, saveBest, signal, seconds } = this.#options;
    const began = performance.now();
    const { step, best } = progress;
    const model = await snapshot(await current(progress), backbone);
    const validation = await waitFor(Promise.resolve(validate(model, step)), {
      ...{ signal, seconds },
      option: 'validationTimeoutSeconds (hm train --set validationTimeoutSeconds)',
      what: 'the result of a validation',
    });
    if (validation === undefined && signal?.aborted) return { ...progress, unvalidated: true };
    assertValidation(validation);
    const { name, score } = validation;
    // NaN, from a network that tells nobody apart, is never the best. A checkpoint stores it as `null`.
    const isBest = Number.isFinite(score) && !(Number.isFinite(best?.score) && best!.score >= score);
    const next = isBest ? { ...progress, best: { step, name, score } } : progress;
    if (isBest) await saveBest(await current(next));
    yield {
      kind: 'validation',
      step,
      name,
      score,
      best: isBest,
      seconds: (performance.now() - began) / 1000,
    };
    return next;
  }
}

function assertValidation(result: Validation | undefined): asserts result is Validation {
  if (typeof result?.score === 'number' && typeof result.name === 'string') return;
  throw new InvalidArgumentError({
    where: 'train option "validate"',
    expected: "a result such as { name: 'accuracy', score: 0.99 }",
    received: result,
    fix: 'Return the name of the score and a number, higher for a better network.',
  });
}
