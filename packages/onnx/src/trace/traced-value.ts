import type { DataType, TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import type { Layout } from '../layout.ts';

/** The tracing backend's record of one tensor. */
export interface TracedValue {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** Names of the graph values that hold it, one for each layout in which it exists so far. */
  readonly forms: Partial<Record<Layout, string>>;
  /** Its values, if they are known while tracing. */
  readonly constant?: TypedArray;
  /** Name of those values in the graph, if they have one. */
  readonly name?: string;
  /** Its single value, if all of its elements are known to be the same. */
  readonly uniform?: number;
  /** The scalar in the graph that all of its elements repeat, if it is such a repetition. */
  readonly repeats?: string;
  /** Name of the kernel that created it, for messages. */
  readonly producer: string;
  /** The first layout that a kernel requested and in which it did not exist. */
  wanted?: Layout;
}

/** A tensor as kernels receive and return it. */
export type Info = TensorInfo;
