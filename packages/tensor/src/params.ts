import { Tensor } from '@tensorflow/tfjs-core';
import { InvalidArgumentError } from './errors.ts';

/** A tree of tensors by name: parameters, optimiser state, statistics. Plain data that goes in and comes out. */
export interface Params {
  [name: string]: Tensor | Params;
}

/**
 * The tensors of a tree by dotted name, in the tree's order: `{ stem: { kernel } }` gives `{ 'stem.kernel': kernel }`.
 * No tensor is copied.
 *
 * @throws {InvalidArgumentError} if a name is empty or contains a dot, or a leaf is no tensor.
 * @example
 * const names = Object.keys(flattenParams({ stem: { kernel: tf.zeros([3, 3]) } })); // ['stem.kernel']
 */
export function flattenParams(params: Params): Record<string, Tensor> {
  const flat: Record<string, Tensor> = {};
  visit(params, '', (path, tensor) => {
    flat[path] = tensor;
  });
  return flat;
}

/**
 * The tree of tensors named `a.b.c`: the inverse of {@link flattenParams}. No tensor is copied.
 *
 * @throws {InvalidArgumentError} if one name is the beginning of another, such as `a` and `a.b`.
 */
export function unflattenParams(flat: Record<string, Tensor>): Params {
  const params: Params = {};
  for (const [path, tensor] of Object.entries(flat)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let branch = params;
    for (const name of names) {
      const next = Object.hasOwn(branch, name) ? branch[name] : undefined;
      if (next instanceof Tensor) throw conflict(path);
      branch = next ?? add(branch, name, {}, path);
    }
    if (Object.hasOwn(branch, last)) throw conflict(path);
    add(branch, last, tensor, path);
  }
  return params;
}

/**
 * A tree of the same form whose tensors are `change(tensor, 'a.b.c')`.
 *
 * @example
 * const halved = mapParams(params, (tensor) => tf.div(tensor, 2));
 */
export function mapParams(params: Params, change: (tensor: Tensor, path: string) => Tensor): Params {
  const changed: Record<string, Tensor> = {};
  visit(params, '', (path, tensor) => {
    changed[path] = change(tensor, path);
  });
  return unflattenParams(changed);
}

/** Disposes of every tensor of a tree. */
export function disposeParams(params: Params): void {
  for (const tensor of Object.values(flattenParams(params))) tensor.dispose();
}

function visit(params: Params, prefix: string, use: (path: string, tensor: Tensor) => void): void {
  for (const [name, value] of Object.entries(params)) {
    checkName(name, prefix + name);
    if (value instanceof Tensor) use(prefix + name, value);
    else if (isTree(value)) visit(value, `${prefix}${name}.`, use);
    else throw invalid('a tensor or a record of them', `${typeof value} at "${prefix}${name}"`);
  }
}

const isTree = (value: unknown): value is Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

function add<T extends Tensor | Params>(branch: Params, name: string, value: T, path: string): T {
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
