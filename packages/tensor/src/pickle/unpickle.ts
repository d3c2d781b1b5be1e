import { checkArguments } from '../check/check-options.ts';
import { type Dialect, Machine, type PickleSource } from './machine.ts';
import { opcodeName } from './opcode-names.ts';
import { Global, Span, Tuple, type Value } from './values.ts';

/**
 * Reads a pickle without running anything in it: names are checked against the dialect's list, calls are handled by the
 * dialect, and every opcode that such files do not need is refused by name. Contents stay in the file, so that memory
 * is bounded by the number of opcodes.
 *
 * @throws what `source.damaged` creates, with the opcode's offset.
 */
export function unpickle<Own>(source: PickleSource, dialect: Dialect<Own>): Value<Own> {
  checkArguments(
    'unpickle',
    { source, dialect },
    { source: { has: ['position', 'unsigned'] }, dialect: { has: ['files', 'writer'] } },
  );
  const machine = new Machine(source, dialect);
  while (step(machine));
  return machine.pop();
}

/** Executes one opcode; false at the end of the pickle. */
function step<Own>(machine: Machine<Own>): boolean {
  const code = machine.opcode();
  if (code === stop) return false;
  const sign = String.fromCharCode(code);
  const operation = operations[sign] ?? machine.dialect.operations?.[sign];
  if (!operation) throw machine.invalid(`an opcode that ${machine.dialect.files} use`, opcodeName(code));
  operation(machine);
  return true;
}

const stop = '.'.charCodeAt(0);
/** An opcode that every dialect has. */
type Common = <Own>(machine: Machine<Own>) => void;

const bytes =
  (lengthBytes: number, kind: 'bytes' | 'text' = 'bytes'): Common =>
  (machine) =>
    machine.push(new Span(machine.source.span(lengthBytes), kind));
const number =
  (size: number): Common =>
  (machine) =>
    machine.push(machine.source.unsigned(size));
const constant =
  (value: null | boolean): Common =>
  (machine) =>
    machine.push(value);
const tuple =
  (count: number): Common =>
  (machine) =>
    machine.push(new Tuple(machine.popItems(count)));

const operations: Partial<Record<string, Common>> = {
  '\x80': (machine) => {
    const protocol = machine.source.unsigned(1);
    if (protocol < 2 || protocol > 5) throw machine.invalid('protocol 2 to 5', protocol);
  },
  '\x95': ({ source }) => void source.unsigned(8),
  U: bytes(1),
  T: bytes(4),
  C: bytes(1),
  B: bytes(4),
  '\x8e': bytes(8),
  '\x96': bytes(8),
  '\x8c': bytes(1, 'text'),
  X: bytes(4, 'text'),
  '\x8d': bytes(8, 'text'),
  K: number(1),
  M: number(2),
  J: (machine) => machine.push(machine.source.unsigned(4) | 0),
  '\x8a': (machine) => machine.push(signed(machine)),
  N: constant(null),
  '\x88': constant(true),
  '\x89': constant(false),
  ']': (machine) => machine.push([]),
  a: (machine) => machine.append([machine.pop()]),
  e: (machine) => machine.append(machine.popToMark()),
  '(': (machine) => machine.pushMark(),
  ')': tuple(0),
  '\x85': tuple(1),
  '\x86': tuple(2),
  '\x87': tuple(3),
  t: (machine) => machine.push(new Tuple(machine.popToMark())),
  q: (machine) => machine.memoize(machine.source.unsigned(1)),
  r: (machine) => machine.memoize(machine.source.unsigned(4)),
  '\x94': (machine) => machine.memoize(),
  h: (machine) => machine.recall(machine.source.unsigned(1)),
  j: (machine) => machine.recall(machine.source.unsigned(4)),
  c: (machine) => machine.name(machine.source.line(), machine.source.line()),
  '\x93': (machine) => {
    const [module, name] = machine.popItems(2);
    machine.name(machine.text(module!), machine.text(name!));
  },
  R: reduce,
  b: build,
};

/** LONG1, with which Python 2 writes the sizes of arrays. */
function signed<Own>(machine: Machine<Own>): number {
  const { source } = machine;
  const size = source.unsigned(1);
  if (size > 6) throw machine.invalid('a number of at most 6 bytes', `${size} bytes`);
  const value = source.unsigned(size);
  return size > 0 && value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value;
}

/** Pushes what calling one of the names would create. */
function reduce<Own>(machine: Machine<Own>): void {
  const { writer } = machine.dialect;
  const [callee, callArguments] = machine.popItems(2);
  if (!(callee instanceof Global && callArguments instanceof Tuple))
    throw machine.invalid(`a call of one of ${writer}’s names`, 'something else');
  const made = machine.dialect.call(callee.name, callArguments.items, (text) => machine.text(text));
  if (made === undefined)
    throw machine.invalid(`the arguments that ${writer} gives to ${callee.name}`, 'others');
  machine.push(made);
}

function build<Own>(machine: Machine<Own>): void {
  const [target, state] = machine.popItems(2);
  const built = machine.dialect.withState(target!, state!);
  if (built === undefined)
    throw machine.invalid(`the state of something that ${machine.dialect.writer} makes`, 'something else');
  machine.push(built);
}
