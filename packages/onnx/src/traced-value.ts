import type { DataType, TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import type { Layout } from './layout.ts';

/** The tracing backend's record of one tensor. */
export interface TracedValue {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** Names of the graph values that hold it, one for each layout in which it exists so far. */
  readonly forms: Partial<Record<Layout, string>>;
  /** Its values, where they are known while tracing. */
  readonly constant?: TypedArray;
  /** The name of those values in the graph, where they have one. */
  readonly name?: string;
  /** Its one value, where all of its elements are known to be the same. */
  readonly uniform?: number;
  /** The scalar in the graph that all of its elements are, where it is such a repetition. */
  readonly repeats?: string;
  /** The kernel that made it, for messages. */
  readonly producer: string;
  /** The first layout that a kernel asked for and that it did not have. */
  wanted?: Layout;
}

/** A tensor as kernels receive and return it. */
export type Info = TensorInfo;
