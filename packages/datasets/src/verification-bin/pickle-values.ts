import type { Value as PickleValue, Span } from '@hm/tensor/pickle';

/** Bytes that Python 3 wrote as text for Python 2: each character is a byte. */
export class Latin1Bytes {
  readonly text: Span;

  constructor(text: Span) {
    this.text = text;
  }
}

/** A numpy type, with a code such as `u1`. */
export class DataType {
  readonly code: Span;

  constructor(code: Span) {
    this.code = code;
  }
}

/** A numpy array, empty until its state is set. */
export class NumpyArray {
  type: DataType | undefined;
  /** Length of its only dimension. */
  size = -1;
  data: Span | Latin1Bytes | undefined;
  /** Items of an array of objects. */
  items: readonly Value[] | undefined;
}

/** A numpy boolean. */
export class NumpyScalar {
  readonly type: DataType;
  readonly data: Span | Latin1Bytes;

  constructor(type: DataType, data: Span | Latin1Bytes) {
    this.type = type;
    this.data = data;
  }
}

/** Objects that numpy adds to a pickle. */
export type Own = Latin1Bytes | DataType | NumpyArray | NumpyScalar;

/** Any value in such a pickle. */
export type Value = PickleValue<Own>;

/** The only names that a pickle may use; none of them is looked up or run. numpy 2 renamed its inner modules. */
export const globals = {
  'numpy.core.multiarray _reconstruct': 'reconstruct',
  'numpy._core.multiarray _reconstruct': 'reconstruct',
  'numpy.core.multiarray scalar': 'scalar',
  'numpy._core.multiarray scalar': 'scalar',
  'numpy.core.numeric _frombuffer': 'fromBuffer',
  'numpy._core.numeric _frombuffer': 'fromBuffer',
  'numpy ndarray': 'ndarray',
  'numpy dtype': 'dtype',
  '_codecs encode': 'encode',
} as const;

export type GlobalName = (typeof globals)[keyof typeof globals];
