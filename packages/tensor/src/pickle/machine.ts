import { Global, Span, type Tuple, type Value } from './values.ts';

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
  /** Name of such files in messages: `verification sets`. */
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

/** Marks a place of the stack; no value. */
const mark = Symbol('mark');

/** Python's machine of stack and memo. */
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

  /** The next opcode, which errors are about from here on. */
  opcode(): number {
    this.#offset = this.source.position;
    return this.source.unsigned(1);
  }

  /** Puts a value on the stack. */
  push(value: Value<Own>): void {
    this.#stack.push(value);
  }

  /** Begins a group of values. */
  pushMark(): void {
    this.#stack.push(mark);
  }

  /** Takes the last value. */
  pop(): Value<Own> {
    const value = this.#stack.pop();
    if (value === undefined || value === mark) throw this.invalid('a value on the stack', 'none');
    return value;
  }

  /** The value on top, which stays. */
  top(): Value<Own> {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  /** Takes the last values, in order. */
  popItems(count: number): Value<Own>[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  /** Takes the values of the last group, in order. */
  popToMark(): Value<Own>[] {
    const at = this.#stack.lastIndexOf(mark);
    if (at === -1) throw this.invalid('a mark on the stack', 'none');
    const items = this.#stack.splice(at);
    return items.slice(1) as Value<Own>[];
  }

  /** Adds to the list on top of the stack. */
  append(items: readonly Value<Own>[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.invalid('a list to append to', 'something else');
    for (const item of items) list.push(item);
  }

  /** Remembers the last value. */
  memoize(place = this.#memo.size): void {
    this.#memo.set(place, this.top());
  }

  /** Puts a remembered value on the stack. */
  recall(place: number): void {
    const value = this.#memo.get(place);
    if (value === undefined) throw this.invalid('something remembered before', `place ${place}`);
    this.push(value);
  }

  /** Puts what a name stands for on the stack, if the dialect has it. */
  name(module: string, name: string): void {
    const { names, files } = this.dialect;
    const full = `${module} ${name}`;
    if (!Object.hasOwn(names, full)) throw this.invalid(`one of the names that ${files} use`, `'${full}'`);
    this.push(new Global(names[full]!));
  }

  /** A text of at most 200 bytes. */
  text(value: Value<Own>): string {
    if (!(value instanceof Span) || value.length > 200) throw this.invalid('a short text', 'something else');
    return this.source.text(value);
  }

  /** An error that says where in the file it is. */
  invalid(expected: string, received: unknown) {
    return this.source.damaged(expected, received, this.#offset);
  }
}
