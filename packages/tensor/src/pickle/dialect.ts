import type { Machine } from './unpickle.ts';
import type { Span, Tuple, Value } from './values.ts';

/** Where a pickle's bytes come from, read from start to end. */
export interface PickleSource {
  /** Bytes from the start. */
  readonly position: number;
  /** An unsigned number of 1 to 8 bytes, least significant first; a large one is only good for being too large. */
  unsigned(bytes: number): number;
  /** A length of contents, followed by them, which are passed over. */
  span(lengthBytes: number): { offset: number; length: number };
  /** A line without its end, of at most 100 bytes. */
  line(): string;
  /** Contents as text. */
  text(span: Span): string;
  /** The error for a pickle that cannot be read. */
  damaged(expected: string, received: unknown, offset?: number): Error;
}

/** What one opcode does. */
export type Operation<Own> = (machine: Machine<Own>) => void;

/** A kind of pickles: which names and opcodes they use, and what is made of a call. Nothing is looked up or run. */
export interface Dialect<Own> {
  /** What such files are called in messages: `verification sets`. */
  readonly files: string;
  /** Who writes them: `numpy`. */
  readonly writer: string;
  /** All that such a pickle may name, `module name`, and what each is called here. */
  readonly names: Readonly<Record<string, string>>;
  /** Opcodes that such pickles need besides those of lists, tuples, numbers, bytes and calls. */
  readonly operations?: Readonly<Partial<Record<string, Operation<Own>>>>;
  /** What Python would make by calling a name; undefined if the writer gives it no such arguments. */
  call(
    name: string,
    items: readonly Value<Own>[],
    text: (value: Value<Own>) => string,
  ): Value<Own> | undefined;
  /** An object with its state; undefined if it has none. */
  withState(target: Value<Own>, state: Value<Own> | Tuple<Own>): Value<Own> | undefined;
}
