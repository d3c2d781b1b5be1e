import { create, toBinary } from '@bufbuild/protobuf';
import type { HostDtype } from '@hm/tensor/host';
import {
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  ModelProtoSchema,
} from 'onnx-buf';

/** An attribute of a node: an integer, a list of integers, a text, or `{ float }`. */
export type Attribute = number | readonly number[] | string | { float: number };

/** A node under construction; outputs are names that later nodes read. */
export interface GraphNode {
  op: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, Attribute>;
  /** Set on element-wise nodes whose operands all have the shape of the result: none broadcasts. */
  sameShape: boolean;
}

/** What a node needs beside its operator and inputs. */
export type NodeOptions = Partial<Pick<GraphNode, 'attributes' | 'domain' | 'sameShape'>>;

/** A graph input or output as ONNX Runtime sees it; a string is a symbolic dimension. */
export interface GraphValue {
  name: string;
  dtype: HostDtype;
  shape: readonly (number | string)[];
}

interface Initializer {
  name: string;
  dtype: HostDtype;
  shape: readonly number[];
  bytes: Uint8Array<ArrayBuffer>;
}

/** ONNX Runtime's blocked (NCHWc) convolutions, pooling and reorderings. */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

/** Reductions over ranks: where the graph is cut before it is run. No operator of ONNX Runtime's. */
export const COLLECTIVE_DOMAIN = 'hm.collective';

const dataTypes: Record<HostDtype, DataType> = {
  float32: DataType.FLOAT,
  int32: DataType.INT32,
  bool: DataType.BOOL,
  uint8: DataType.UINT8,
  int64: DataType.INT64,
  float16: DataType.FLOAT16,
};

/** Number of a dtype in ONNX, as the `Cast` operator takes it. */
export const dataTypeOf = (dtype: HostDtype): number => dataTypes[dtype];

/** Constants with at most this many values are shared by their contents. */
const SHARED_CONSTANT_SIZE = 64;

/** An ONNX graph that grows node by node. */
export class Graph {
  nodes: GraphNode[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #shared = new Map<string, string>();
  /** Values that were renamed, by the name they had. */
  readonly #published = new Map<string, string>();
  #count = 0;

  /** Appends a node and returns the name of its first output. */
  add(
    op: string,
    inputs: string[],
    { attributes = {}, domain = '', sameShape = false }: NodeOptions = {},
  ): string {
    const output = this.#unique(op);
    this.nodes.push({ op, domain, inputs, outputs: [output], attributes, sameShape });
    return output;
  }

  /** The second output of the node whose first output is `first`. */
  secondOutput(first: string): string {
    const node = this.nodes.findLast(({ outputs }) => outputs[0] === first)!;
    node.outputs[1] ??= this.#unique(node.op);
    return node.outputs[1];
  }

  /** Adds a constant and returns its name. */
  constant(dtype: HostDtype, shape: readonly number[], values: ArrayLike<number>): string {
    const key = values.length <= SHARED_CONSTANT_SIZE ? `${dtype}|${shape}|${Array.from(values)}` : undefined;
    const known = key === undefined ? undefined : this.#shared.get(key);
    if (known !== undefined) return known;
    const name = this.#unique('constant');
    this.#initializers.push({ name, dtype, shape, bytes: bytesOf(dtype, values) });
    if (key !== undefined) this.#shared.set(key, name);
    return name;
  }

  /** A one-dimensional constant of 64-bit integers, such as a shape or axes. */
  integers(...values: number[]): string {
    return this.constant('int64', [values.length], values);
  }

  /** A scalar constant. */
  scalar(value: number, dtype: HostDtype = 'float32'): string {
    return this.constant(dtype, [], [value]);
  }

  /**
   * Gives a value the name of a graph output: renames what produced it, or copies where it is an input, a
   * constant or another output.
   */
  publish(wanted: string, output: string): void {
    const value = this.#published.get(wanted) ?? wanted;
    const producer = this.nodes.find(({ outputs }) => outputs.includes(value));
    if (producer === undefined || !value.includes('#')) {
      this.nodes.push({
        op: 'Identity',
        domain: '',
        inputs: [value],
        outputs: [output],
        attributes: {},
        sameShape: false,
      });
      return;
    }
    this.#published.set(value, output);
    const rename = (name: string) => (name === value ? output : name);
    producer.outputs = producer.outputs.map(rename);
    for (const node of this.nodes) node.inputs = node.inputs.map(rename);
  }

  /** Whether a value is a constant of the graph. */
  isConstant(name: string): boolean {
    return this.#initializers.some((initializer) => initializer.name === name);
  }

  /**
   * The finished model. Constants that no node reads are left out.
   *
   * @param outputs those without a dtype are for ONNX Runtime to find out.
   */
  encode(
    inputs: readonly GraphValue[],
    outputs: readonly (GraphValue | Pick<GraphValue, 'name'>)[],
    nodes: readonly GraphNode[] = this.nodes,
  ): Uint8Array {
    const read = new Set(nodes.flatMap((node) => node.inputs));
    const domains = [...new Set(nodes.map(({ domain }) => domain))].filter((domain) => domain !== '');
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: 8n,
        producerName: '@hm/onnx',
        opsetImport: [{ version: 18n }, ...domains.map((domain) => ({ domain, version: 1n }))],
        graph: {
          name: 'graph',
          node: nodes.map((node) => ({
            opType: node.op,
            domain: node.domain,
            name: node.outputs[0]!,
            input: node.inputs,
            output: node.outputs,
            attribute: Object.entries(node.attributes).map(([name, value]) => attributeProto(name, value)),
          })),
          initializer: this.#initializers
            .filter(({ name }) => read.has(name))
            .map(({ name, dtype, shape, bytes }) => ({
              name,
              dataType: dataTypes[dtype],
              dims: shape.map(BigInt),
              rawData: bytes,
            })),
          input: inputs.map(valueInfoProto),
          output: outputs.map((value) => ('dtype' in value ? valueInfoProto(value) : value)),
        },
      }),
    );
  }

  #unique(prefix: string): string {
    return `${prefix}#${this.#count++}`;
  }
}

function bytesOf(dtype: HostDtype, values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const bytes = (data: { buffer: ArrayBufferLike }) => new Uint8Array(data.buffer as ArrayBuffer);
  if (dtype === 'float32') return bytes(new Float32Array(values));
  if (dtype === 'int32') return bytes(new Int32Array(values));
  if (dtype === 'int64') return bytes(BigInt64Array.from(Array.from(values, BigInt)));
  return Uint8Array.from(values);
}

function attributeProto(name: string, value: Attribute) {
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: BigInt(value) };
  if (typeof value === 'string')
    return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: value.map(BigInt) };
}

const valueInfoProto = ({ name, dtype, shape }: GraphValue) => ({
  name,
  type: {
    value: {
      case: 'tensorType' as const,
      value: { elemType: dataTypes[dtype], shape: { dim: shape.map(dimensionProto) } },
    },
  },
});

const dimensionProto = (size: number | string) => ({
  value:
    typeof size === 'string'
      ? { case: 'dimParam' as const, value: size }
      : { case: 'dimValue' as const, value: BigInt(size) },
});
