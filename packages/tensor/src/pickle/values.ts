/** Bytes or text that stay in the file until they are needed. */
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

/** Something that a pickle refers to by one of its dialect's names. */
export class Global {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A Python tuple. */
export class Tuple<Own> {
  readonly items: readonly Value<Own>[];

  constructor(items: readonly Value<Own>[]) {
    this.items = items;
  }
}

/** A value of a pickle; `Own` are the values that its dialect creates. */
export type Value<Own> = null | boolean | number | Value<Own>[] | Span | Global | Tuple<Own> | Own;
