export type { Dialect, Operation, PickleSource } from './pickle/dialect.ts';
export { type Machine, unpickle } from './pickle/unpickle.ts';
export { Global, Span, Tuple, type Value } from './pickle/values.ts';
