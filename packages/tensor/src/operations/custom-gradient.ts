import * as tf from '@tensorflow/tfjs-core';
import { checkArguments } from '../check/check-options.ts';

type Tensors = Record<string, tf.Tensor>;

/** A value and its gradient, both written by hand. */
export interface CustomGradient<Inputs extends Tensors, Saved extends Tensors, Value extends tf.Tensor> {
  /**
   * Computes the value, and the tensors that its gradient needs. It is not recorded for autodiff, so it may compare and
   * select.
   */
  forward(inputs: Inputs): { value: Value; saved: Saved };
  /** Computes the gradient with respect to each input from the upstream gradient `dy`, which has the value's shape. */
  backward(dy: Value, saved: Saved): { [Name in keyof Inputs]: tf.Tensor };
}

/**
 * Calls `tf.customGrad` with names: inputs, saved tensors and gradients are records instead of arrays.
 *
 * @returns the value; the caller disposes of it.
 * @example
 * const square = (x: tf.Tensor1D) =>
 *   customGradient({ x }, {
 *     forward: ({ x }) => ({ value: tf.square(x), saved: { x } }),
 *     backward: (dy, { x }) => ({ x: tf.mul(dy, tf.mul(x, 2)) }),
 *   });
 */
export function customGradient<Inputs extends Tensors, Saved extends Tensors, Value extends tf.Tensor>(
  inputs: Inputs,
  functions: CustomGradient<Inputs, Saved, Value>,
): Value {
  checkArguments(
    'customGradient',
    { inputs, functions },
    { inputs: 'object', functions: { has: ['forward', 'backward'] } },
  );
  const { forward, backward } = functions;
  const names = Object.keys(inputs);
  const operation = tf.customGrad((...operands) => {
    const save = operands.pop() as tf.GradSaveFunc;
    const { value, saved } = forward(record(names, operands as tf.Tensor[]) as Inputs);
    const kept = Object.keys(saved);
    save(Object.values(saved));
    const gradFunc = (dy: tf.Tensor, tensors: tf.Tensor[]) => {
      const gradients = backward(dy as Value, record(kept, tensors) as Saved);
      return names.map((name) => gradients[name] as tf.Tensor);
    };
    return { value, gradFunc };
  });
  return operation(...Object.values(inputs)) as Value;
}

const record = (names: string[], tensors: tf.Tensor[]): Tensors =>
  Object.fromEntries(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
