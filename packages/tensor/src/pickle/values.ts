/** Bytes or text that stay in the file until somebody wants them. */
export class Span {
  readonly offset: number;
  readonly length: number;
  readonly kind: 'bytes' | 'text';

  constructor({ offset, length }: { offset: number; length: number }, kind: 'bytes' | 'text') {
    this.offset = offset;
    this.length = length;
    this.kind = kind;
  }
}

/** Something that a pickle names; one of its dialect's names. */
export class Global {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A tuple of Python. */
export class Tuple<Own> {
  readonly items: readonly Value<Own>[];

  constructor(items: readonly Value<Own>[]) {
    this.items = items;
  }
}

/** What a pickle can be made of; `Own` are the values that its dialect makes. */
export type Value<Own> = null | boolean | number | Value<Own>[] | Span | Global | Tuple<Own> | Own;
