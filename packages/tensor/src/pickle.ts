export type { Dialect, Machine, Operation, PickleSource } from './pickle/machine.ts';
export { unpickle } from './pickle/unpickle.ts';
export { Global, Span, Tuple, type Value } from './pickle/values.ts';
