import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from './errors.ts';
import { disposeParams, flattenParams, mapParams, type Params, unflattenParams } from './params.ts';
import { expectNoLeak } from './testing.ts';

const tree = () => ({ stem: { kernel: tf.ones([2]), norm: { gamma: tf.zeros([1]) } }, bias: tf.scalar(3) });

describe('Params', () => {
  it('flattens to dotted names in order, and back to the same tensors', () => {
    const params = tree();
    const flat = flattenParams(params);
    expect(Object.keys(flat)).toEqual(['stem.kernel', 'stem.norm.gamma', 'bias']);
    const back = unflattenParams(flat) as typeof params;
    expect(back.stem.norm.gamma).toBe(params.stem.norm.gamma);
    expect(Object.keys(back)).toEqual(['stem', 'bias']);
    disposeParams(params);
  });

  it('maps every tensor with its name', () => {
    const params = tree();
    const names: string[] = [];
    const doubled = mapParams(params, (tensor, path) => {
      names.push(path);
      return tf.mul(tensor, 2);
    });
    expect(names).toEqual(['stem.kernel', 'stem.norm.gamma', 'bias']);
    expect([...((doubled.stem as Params).kernel as tf.Tensor).dataSync()]).toEqual([2, 2]);
    disposeParams(params);
    disposeParams(doubled);
  });

  it('disposes of every tensor', () => {
    expectNoLeak(() => {
      disposeParams(tree());
      return [];
    });
  });

  it.each([
    ['a name with a dot', { 'a.b': tf.scalar(1) }],
    ['an empty name', { '': tf.scalar(1) }],
    ['a leaf that is a number', { a: 1 as unknown as tf.Tensor }],
    ['a leaf that is a list', { a: [] as unknown as tf.Tensor }],
    ['a leaf that is null', { a: null as unknown as tf.Tensor }],
  ])('refuses %s', (_name, params: Params) => {
    expect(() => flattenParams(params)).toThrow(InvalidArgumentError);
  });

  it.each([
    ['a', 'a.b'],
    ['a.b', 'a'],
    ['a..b', 'c'],
    ['__proto__.x', 'c'],
  ])('refuses the names %s and %s together', (...names) => {
    const flat = Object.fromEntries(names.map((name) => [name, tf.scalar(1)]));
    expect(() => unflattenParams(flat)).toThrow(InvalidArgumentError);
  });
});
