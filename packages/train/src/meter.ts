/** What one step told. */
export interface StepReading {
  images: number;
  loss: number;
  accuracy: number;
  /** The whole step, waiting included. */
  milliseconds: number;
  waitMilliseconds: number;
}

/** Averages over the steps since it was last reset. */
export class Meter {
  #steps = 0;
  #sum: StepReading = { images: 0, loss: 0, accuracy: 0, milliseconds: 0, waitMilliseconds: 0 };

  add(reading: StepReading): void {
    this.#steps += 1;
    for (const name of Object.keys(this.#sum) as (keyof StepReading)[]) this.#sum[name] += reading[name];
  }

  /** The averages since the last call. */
  take() {
    const { images, loss, accuracy, milliseconds, waitMilliseconds } = this.#sum;
    const steps = this.#steps;
    this.#steps = 0;
    this.#sum = { images: 0, loss: 0, accuracy: 0, milliseconds: 0, waitMilliseconds: 0 };
    return {
      steps,
      loss: loss / steps,
      accuracy: accuracy / steps,
      seconds: milliseconds / 1000,
      imagesPerSecond: (images / milliseconds) * 1000,
      waitShare: waitMilliseconds / milliseconds,
    };
  }
}
