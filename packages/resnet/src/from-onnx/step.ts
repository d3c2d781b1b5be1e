import type * as tf from '@tensorflow/tfjs-core';
import type { NodeProto } from 'onnx-buf';

/** Role of a weight. */
export type WeightKind = 'as it is' | 'filter' | 'turned' | 'channels' | 'image';

/** One operator of a file: its node, and what comes in. */
export interface Step {
  readonly node: NodeProto;
  /** Whether normalizations use the statistics of the batch. */
  readonly normalizes: boolean;
  has(index: number): boolean;
  /** An input that depends on the images. */
  tensor(index: number): tf.Tensor;
  /** The same, which must have rank 4. */
  image(index: number): tf.Tensor4D;
  /** A constant of the file, which is trained. */
  weight(index: number, kind?: WeightKind): tf.Tensor;
  statistic(index: number): tf.Tensor;
  /** The next value of a statistic. */
  update(index: number, value: tf.Tensor): void;
  /** Two operands that broadcast, of which one may be a constant. */
  pair(): [tf.Tensor, tf.Tensor];
  scalar(index: number): number;
  integers(index: number): readonly number[];
  /** Whether an input is a shape computed from another. */
  computed(index: number): boolean;
  /** @throws {InvalidDataError} unless it holds. */
  require(holds: boolean, expected: string): void;
}

/** What an operator computes. */
export type Operator = (step: Step) => tf.Tensor;

export const ints = ({ attribute }: NodeProto, name: string): number[] =>
  attribute.find((each) => each.name === name)?.ints.map(Number) ?? [];

/** A number, whole or not, among a node's attributes. */
export function numberOf({ attribute }: NodeProto, name: string, otherwise: number): number {
  const found = attribute.find((each) => each.name === name);
  if (found === undefined) return otherwise;
  const FLOAT = 1;
  return found.type === FLOAT ? found.f : Number(found.i);
}
