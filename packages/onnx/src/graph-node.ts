import type { HostDtype } from '@hm/tensor/host';
import type { AttributeProto } from 'onnx-buf';

/**
 * An attribute of a node: an integer, a list of integers, a text, `{ float }`, or another kind that was read from a
 * file.
 */
export type Attribute = number | readonly number[] | string | { float: number } | AttributeProto;

/** A node under construction; `outputs` are names that later nodes read. */
export interface GraphNode {
  op: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, Attribute>;
  /** True on element-wise nodes whose operands all have the shape of the result: none is broadcast. */
  sameShape: boolean;
}

/** Properties of a node besides its operator and inputs. */
export type NodeOptions = Partial<Pick<GraphNode, 'attributes' | 'domain' | 'sameShape'>>;

/** A graph input or output as ONNX Runtime sees it; a string is a symbolic dimension, which may have no name. */
export interface GraphValue {
  name: string;
  dtype: HostDtype;
  shape: readonly (number | string)[];
}
