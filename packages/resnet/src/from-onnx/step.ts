import type * as tf from '@tensorflow/tfjs-core';
import type { NodeProto } from 'onnx-buf';

/** Role of a weight. */
export type WeightKind = 'as it is' | 'filter' | 'turned' | 'channels' | 'image';

/** One operator of a file: its node and access to its inputs. */
export interface Step {
  readonly node: NodeProto;
  /** True if normalizations use the statistics of the batch. */
  readonly normalizes: boolean;
  /** Returns true if the node has this input. */
  has(index: number): boolean;
  /** Returns an input that depends on the images. */
  tensor(index: number): tf.Tensor;
  /** Returns an input that depends on the images and must have rank 4. */
  image(index: number): tf.Tensor4D;
  /** Returns a constant of the file that is trained. */
  weight(index: number, kind?: WeightKind): tf.Tensor;
  /** Returns a running statistic of a normalization. */
  statistic(index: number): tf.Tensor;
  /** Sets the next value of a statistic. */
  update(index: number, value: tf.Tensor): void;
  /** Returns two operands that broadcast. One may be a constant. */
  pair(): [tf.Tensor, tf.Tensor];
  /** Returns a constant number. */
  scalar(index: number): number;
  /** Returns constant integers. */
  integers(index: number): readonly number[];
  /** Returns true if an input is a shape computed from another. */
  computed(index: number): boolean;
  /** Checks a condition. @throws {InvalidDataError} unless it holds. */
  require(holds: boolean, expected: string): void;
}

/** Computes the output of an operator. */
export type Operator = (step: Step) => tf.Tensor;

export const ints = ({ attribute }: NodeProto, name: string): number[] =>
  attribute.find((each) => each.name === name)?.ints.map(Number) ?? [];

/** Returns an integer or float attribute of a node. */
export function numberOf({ attribute }: NodeProto, name: string, otherwise: number): number {
  const found = attribute.find((each) => each.name === name);
  if (found === undefined) return otherwise;
  const FLOAT = 1;
  return found.type === FLOAT ? found.f : Number(found.i);
}
