import { type Dialect, Global, Span, Tuple } from '@hm/tensor/pickle';
import {
  DataType,
  type GlobalName,
  globals,
  Latin1Bytes,
  NumpyArray,
  NumpyScalar,
  type Own,
  type Value,
} from './pickle-values.ts';

/** Pickles of lists, tuples, booleans, byte strings and numpy arrays of bytes. */
export const verificationSets: Dialect<Own> = {
  files: 'verification sets',
  writer: 'numpy',
  names: globals,
  call: (name, items, text) => makers[name as GlobalName]?.(items, text),
  withState: (target, state) => (state instanceof Tuple ? withState(target, state.items) : undefined),
};

type ReadText = (value: Value) => string;

const makers: Partial<Record<GlobalName, (items: readonly Value[], read: ReadText) => Value | undefined>> = {
  dtype: ([code]) => (code instanceof Span ? new DataType(code) : undefined),
  encode: ([text, encoding], read) =>
    text instanceof Span && encoding !== undefined && read(encoding) === 'latin1'
      ? new Latin1Bytes(text)
      : undefined,
  reconstruct: ([type]) => (type instanceof Global && type.name === 'ndarray' ? new NumpyArray() : undefined),
  scalar: ([type, data]) =>
    type instanceof DataType && isBytes(data) ? new NumpyScalar(type, data) : undefined,
  fromBuffer: ([data, type, shape]) => fill(new NumpyArray(), shape, type, data),
};

/** Sets the state of an object. A type's state has nothing that bytes need; an array's state is all that it has. */
function withState(target: Value, state: readonly Value[]): Value | undefined {
  if (target instanceof DataType) return target;
  if (!(target instanceof NumpyArray) || target.data || target.items) return undefined;
  const [, shape, type, , data] = state;
  return fill(target, shape, type, data);
}

function fill(
  array: NumpyArray,
  shape: Value | undefined,
  type: Value | undefined,
  data: Value | undefined,
): NumpyArray | undefined {
  const [size, more] = shape instanceof Tuple ? shape.items : [];
  if (typeof size !== 'number' || !(type instanceof DataType)) return undefined;
  if (Array.isArray(data) && more === undefined && data.length === size)
    return Object.assign(array, { size, type, items: data });
  if (!isBytes(data)) return undefined;
  // OpenCV up to 4.5 gave encoded images the shape [size, 1].
  if (more !== undefined && more !== 1) return undefined;
  return Object.assign(array, { size, type, data });
}

const isBytes = (value: Value | undefined): value is Span | Latin1Bytes =>
  value instanceof Span || value instanceof Latin1Bytes;
