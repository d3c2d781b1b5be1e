import { Global, Span, type Tuple, type Value } from './values.ts';

/** Where a pickle's bytes come from, read from start to end. */
export interface PickleSource {
  /** Number of bytes read so far. */
  readonly position: number;
  /**
   * Reads an unsigned number of 1 to 8 bytes, least significant first. A very large one may be inexact, because it only
   * has to be recognised as too large.
   */
  unsigned(bytes: number): number;
  /** Reads the length of some contents and skips the contents. */
  span(lengthBytes: number): { offset: number; length: number };
  /** Reads a line of at most 100 bytes, without its end. */
  line(): string;
  /** Returns contents as text. */
  text(span: Span): string;
  /** Creates the error for a pickle that cannot be read. */
  damaged(expected: string, received: unknown, offset?: number): Error;
}

/** Implementation of an opcode. */
export type Operation<Own> = (machine: Machine<Own>) => void;

/**
 * A kind of pickle: the names and opcodes that such files use, and what a call produces. Nothing is looked up or run.
 */
export interface Dialect<Own> {
  /** What such files are called in messages: `verification sets`. */
  readonly files: string;
  /** What writes them: `numpy`. */
  readonly writer: string;
  /** All names that such a pickle may use, as `module name`, and what each is called here. */
  readonly names: Readonly<Record<string, string>>;
  /** Opcodes that such pickles need in addition to those for lists, tuples, numbers, bytes and calls. */
  readonly operations?: Readonly<Partial<Record<string, Operation<Own>>>>;
  /** Returns what Python would create by calling a name; undefined if the writer never passes such arguments. */
  call(
    name: string,
    items: readonly Value<Own>[],
    text: (value: Value<Own>) => string,
  ): Value<Own> | undefined;
  /** Returns an object with its state; undefined if such objects have none. */
  withState(target: Value<Own>, state: Value<Own> | Tuple<Own>): Value<Own> | undefined;
}

/** Marks a position on the stack; not a value. */
const mark = Symbol('mark');

/** Python's pickle machine, with its stack and memo. */
export class Machine<Own> {
  readonly source: PickleSource;
  readonly dialect: Dialect<Own>;
  readonly #stack: (Value<Own> | typeof mark)[] = [];
  readonly #memo = new Map<number, Value<Own>>();
  #offset = 0;

  constructor(source: PickleSource, dialect: Dialect<Own>) {
    this.source = source;
    this.dialect = dialect;
  }

  /** Reads the next opcode; errors refer to it from here on. */
  opcode(): number {
    this.#offset = this.source.position;
    return this.source.unsigned(1);
  }

  /** Pushes a value onto the stack. */
  push(value: Value<Own>): void {
    this.#stack.push(value);
  }

  /** Starts a group of values. */
  pushMark(): void {
    this.#stack.push(mark);
  }

  /** Pops the last value. */
  pop(): Value<Own> {
    const value = this.#stack.pop();
    if (value === undefined || value === mark) throw this.invalid('a value on the stack', 'none');
    return value;
  }

  /** Returns the value on top of the stack without popping it. */
  top(): Value<Own> {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  /** Pops the last `count` values, in order. */
  popItems(count: number): Value<Own>[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  /** Pops the values of the last group, in order. */
  popToMark(): Value<Own>[] {
    const at = this.#stack.lastIndexOf(mark);
    if (at === -1) throw this.invalid('a mark on the stack', 'none');
    const items = this.#stack.splice(at);
    return items.slice(1) as Value<Own>[];
  }

  /** Appends to the list on top of the stack. */
  append(items: readonly Value<Own>[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.invalid('a list to append to', 'something else');
    for (const item of items) list.push(item);
  }

  /** Stores the top of the stack in the memo. */
  memoize(place = this.#memo.size): void {
    this.#memo.set(place, this.top());
  }

  /** Pushes a value from the memo. */
  recall(place: number): void {
    const value = this.#memo.get(place);
    if (value === undefined) throw this.invalid('something remembered before', `place ${place}`);
    this.push(value);
  }

  /** Pushes what a name stands for, if the dialect has it. */
  name(module: string, name: string): void {
    const { names, files } = this.dialect;
    const full = `${module} ${name}`;
    if (!Object.hasOwn(names, full)) throw this.invalid(`one of the names that ${files} use`, `'${full}'`);
    this.push(new Global(names[full]!));
  }

  /** Returns a text of at most 200 bytes. */
  text(value: Value<Own>): string {
    if (!(value instanceof Span) || value.length > 200) throw this.invalid('a short text', 'something else');
    return this.source.text(value);
  }

  /** Creates an error that says where in the file it is. */
  invalid(expected: string, received: unknown) {
    return this.source.damaged(expected, received, this.#offset);
  }
}
