type NumberArray = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** A growable typed array, for millions of numbers whose count is not known in advance. */
export class Growable<T extends NumberArray> {
  readonly #make: (length: number) => T;
  #values: T;
  #length = 0;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#values = make(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = this.#make(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  at(place: number): number {
    return this.#values[place]!;
  }

  /** Returns a copy of the numbers so far. */
  values(): T {
    return this.#values.slice(0, this.#length) as T;
  }
}
