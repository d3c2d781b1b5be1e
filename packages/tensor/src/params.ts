import type { Tensor } from '@tensorflow/tfjs-core';
import { checkArguments } from './check/check-options.ts';
import { InvalidArgumentError } from './errors.ts';

/**
 * A tree of named tensors (parameters, optimizer state, statistics), which functions take and return as plain data. Its
 * leaves are tfjs tensors, or host tensors where the type says so.
 */
export interface Params<T = Tensor> {
  [name: string]: T | Params<T>;
}

/** Distinguishes a leaf from a branch. */
interface Leaf {
  readonly dtype: string;
}

/**
 * Returns the tensors of a tree by dotted name, in the tree's order: `{ stem: { kernel } }` gives
 * `{ 'stem.kernel': kernel }`. No tensor is copied.
 *
 * @throws {InvalidArgumentError} if a name is empty or contains a dot, or a leaf is not a tensor.
 * @example
 * const names = Object.keys(flattenParams({ stem: { kernel: tf.zeros([3, 3]) } })); // ['stem.kernel']
 */
export function flattenParams<T extends Leaf = Tensor>(params: Params<T>): Record<string, T> {
  checkArguments('flattenParams', { params }, { params: 'object' });
  const flat: Record<string, T> = {};
  visit(params, '', (path, tensor) => {
    flat[path] = tensor;
  });
  return flat;
}

/**
 * Builds the tree of tensors named `a.b.c`: the inverse of {@link flattenParams}. No tensor is copied.
 *
 * @throws {InvalidArgumentError} if one name is the beginning of another, such as `a` and `a.b`.
 */
export function unflattenParams<T extends Leaf = Tensor>(flat: Readonly<Record<string, T>>): Params<T> {
  checkArguments('unflattenParams', { flat }, { flat: 'object' });
  const params: Params<T> = {};
  for (const [path, tensor] of Object.entries(flat)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let branch = params;
    for (const name of names) {
      const next = Object.hasOwn(branch, name) ? branch[name] : undefined;
      if (isLeaf(next)) throw conflict(path);
      branch = next ?? add(branch, name, {}, path);
    }
    if (Object.hasOwn(branch, last)) throw conflict(path);
    add(branch, last, tensor, path);
  }
  return params;
}

/**
 * Returns a tree of the same structure whose tensors are `change(tensor, 'a.b.c')`.
 *
 * @example
 * const halved = mapParams(params, (tensor) => tf.div(tensor, 2));
 */
export function mapParams<T extends Leaf, U extends Leaf>(
  params: Params<T>,
  change: (tensor: T, path: string) => U,
): Params<U> {
  checkArguments('mapParams', { params, change }, { params: 'object', change: 'function' });
  const changed: Record<string, U> = {};
  visit(params, '', (path, tensor) => {
    changed[path] = change(tensor, path);
  });
  return unflattenParams(changed);
}

/**
 * Maps several trees at once: the result has the structure of the first, and each of its tensors is `change(a, b, …)`
 * of the tensors at the same place in all trees. The others may have more tensors than the first.
 *
 * @throws {InvalidArgumentError} if one of the others lacks a tensor of the first.
 * @example
 * const moved = zipParams((param, gradient) => tf.sub(param, gradient), params, gradients);
 */
export function zipParams<T extends Leaf, Others extends readonly Leaf[], U extends Leaf>(
  change: (tensor: T, ...others: Others) => U,
  params: Params<T>,
  ...others: { [K in keyof Others]: Params<Others[K]> }
): Params<U> {
  checkArguments('zipParams', { change, params }, { change: 'function', params: 'object' });
  const flat = (others as Params<Leaf>[]).map((tree) => flattenParams(tree));
  return mapParams(params, (tensor, path) => {
    const beside = flat.map((tensors) => {
      if (Object.hasOwn(tensors, path)) return tensors[path]!;
      throw invalid(`a tensor "${path}" in every tree`, 'none in one of them');
    });
    return change(tensor, ...(beside as unknown as Others));
  });
}

/** Returns the first tree with the tensors of the second added, or replaced where it has them already. */
export function mergeParams<T extends Leaf>(params: Params<T>, changes: Params<T>): Params<T> {
  checkArguments('mergeParams', { params, changes }, { params: 'object', changes: 'object' });
  return unflattenParams({ ...flattenParams(params), ...flattenParams(changes) });
}

/** Returns the part of a tree whose tensors' names satisfy `keep`; branches that become empty are removed. */
export function filterParams<T extends Leaf>(params: Params<T>, keep: (path: string) => boolean): Params<T> {
  checkArguments('filterParams', { params, keep }, { params: 'object', keep: 'function' });
  const entries = Object.entries(flattenParams(params)).filter(([path]) => keep(path));
  return unflattenParams(Object.fromEntries(entries) as Record<string, T>);
}

/** Disposes of every tensor of a tree. */
export function disposeParams(params: Params): void {
  checkArguments('disposeParams', { params }, { params: 'object' });
  for (const tensor of Object.values(flattenParams(params))) tensor.dispose();
}

function visit<T extends Leaf>(
  params: Params<T>,
  prefix: string,
  use: (path: string, tensor: T) => void,
): void {
  for (const [name, value] of Object.entries(params)) {
    checkName(name, prefix + name);
    if (isLeaf<T>(value)) use(prefix + name, value);
    else if (isTree<T>(value)) visit(value, `${prefix}${name}.`, use);
    else throw invalid('a tensor or a record of them', `${typeof value} at "${prefix}${name}"`);
  }
}

const isLeaf = <T extends Leaf>(value: unknown): value is T =>
  typeof (value as Leaf | null | undefined)?.dtype === 'string';

const isTree = <T>(value: unknown): value is Params<T> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

function add<T, Value extends T | Params<T>>(
  branch: Params<T>,
  name: string,
  value: Value,
  path: string,
): Value {
  checkName(name, path);
  branch[name] = value;
  return value;
}

function checkName(name: string, path: string): void {
  if (name === '' || name.includes('.') || name === '__proto__')
    throw invalid('names that are not empty, hold no dot and are not "__proto__"', `"${path}"`);
}

const conflict = (path: string) =>
  invalid('one tensor or one subtree per name', `"${path}" beside a part of it`);

const invalid = (expected: string, received: string) =>
  new InvalidArgumentError({
    where: 'Params',
    expected,
    received,
    fix: 'Rename or remove that entry of the parameter tree.',
  });
