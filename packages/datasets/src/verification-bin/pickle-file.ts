import { fstatSync } from 'node:fs';
import type { PickleSource, Span } from '@hm/tensor/pickle';
import { damaged } from '../files/damaged.ts';
import { readAt, readOpen } from '../files/read-at.ts';

const windowBytes = 1 << 16;

/** Reads an open file from start to end through a small window, and skips long contents without reading them. */
export class PickleFile implements PickleSource {
  readonly path: string;
  readonly size: number;
  readonly #descriptor: number;
  #window = new Uint8Array(0);
  #windowOffset = 0;
  #position = 0;

  constructor(path: string, descriptor: number) {
    this.path = path;
    this.size = fstatSync(descriptor).size;
    this.#descriptor = descriptor;
  }

  /** Position in the file, in bytes. */
  get position(): number {
    return this.#position;
  }

  /**
   * Reads an unsigned number of 1 to 8 bytes, least significant first. A large one is not exact, only too large to be
   * accepted.
   */
  unsigned(bytes: number): number {
    const window = this.#take(bytes);
    return window.reduceRight((value, byte) => value * 256 + byte, 0);
  }

  /** Reads a length and skips as many bytes of contents, which stay in the file. */
  span(lengthBytes: number): { offset: number; length: number } {
    const length = this.unsigned(lengthBytes);
    const offset = this.#position;
    if (length > this.size - offset) {
      throw this.damaged(`at most ${this.size - offset} bytes up to the end of the file`, `${length}`);
    }
    this.#position += length;
    return { offset, length };
  }

  /** Reads a line without its end, of at most 100 bytes. */
  line(): string {
    const window = this.#peek(Math.min(100, this.size - this.#position));
    const end = window.indexOf(10);
    if (end === -1) throw this.damaged('a name of at most 100 bytes', 'a longer one');
    this.#position += end + 1;
    return Buffer.from(window.subarray(0, end)).toString('latin1');
  }

  text({ offset, length }: Span): string {
    return Buffer.from(readAt(this.path, offset, length)).toString('latin1');
  }

  damaged(expected: string, received: unknown, offset = this.#position) {
    const fix = 'Get the file anew; only InsightFace’s verification sets can be read.';
    return damaged({ path: this.path, offset, expected, received, fix });
  }

  #take(length: number): Uint8Array {
    const bytes = this.#peek(length);
    this.#position += length;
    return bytes;
  }

  #peek(length: number): Uint8Array {
    const from = this.#position - this.#windowOffset;
    if (from >= 0 && from + length <= this.#window.length) return this.#window.subarray(from, from + length);
    this.#window = readOpen(this.#descriptor, this.#position, windowBytes);
    this.#windowOffset = this.#position;
    if (this.#window.length >= length) return this.#window.subarray(0, length);
    throw this.damaged('more of the pickle', 'the end of the file');
  }
}
