import { create, toBinary } from '@bufbuild/protobuf';
import type { HostDtype } from '@hm/tensor/host';
import { ModelProtoSchema, type TensorProto } from 'onnx-buf';
import type { GraphNode, GraphValue, NodeOptions } from './graph-node.ts';
import { constantProto, nodeProto, valueInfoProto } from './protos.ts';

export type { Attribute, GraphNode, GraphValue, NodeOptions } from './graph-node.ts';
export { dataTypeOf } from './protos.ts';

/** ONNX Runtime's blocked (NCHWc) convolutions, pooling and reorderings. */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

/** Reductions over ranks, at which the graph is cut before it runs. ONNX Runtime has no such operator. */
export const COLLECTIVE_DOMAIN = 'hm.collective';

/** Constants of at most this many values are shared if their contents are equal. */
const SHARED_CONSTANT_SIZE = 64;

/** An ONNX graph that grows node by node. */
export class Graph {
  nodes: GraphNode[] = [];
  /** Constants by name. */
  readonly constants = new Map<string, TensorProto>();
  readonly #shared = new Map<string, string>();
  /** Names given by a file or its reader, which no new value may take. */
  readonly #taken = new Set<string>();
  /** New names of renamed values, by their old names. */
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

  /** Reserves names, so that new values do not get them. */
  take(names: Iterable<string>): void {
    for (const name of names) this.#taken.add(name);
  }

  /** Returns the second output of the node whose first output is `first`. */
  secondOutput(first: string): string {
    const node = this.nodes.findLast(({ outputs }) => outputs[0] === first)!;
    node.outputs[1] ??= this.#unique(node.op);
    return node.outputs[1];
  }

  /** Adds a constant and returns its name; a number is added to a wanted name that is taken. */
  constant(dtype: HostDtype, shape: readonly number[], values: ArrayLike<number>, wanted?: string): string {
    const small = wanted === undefined && values.length <= SHARED_CONSTANT_SIZE;
    const key = small ? `${dtype}|${shape}|${Array.from(values)}` : undefined;
    const known = key === undefined ? undefined : this.#shared.get(key);
    if (known !== undefined) return known;
    const free = wanted !== undefined && !this.constants.has(wanted) && !this.#taken.has(wanted);
    const name = free ? wanted : this.#unique(wanted ?? 'constant');
    this.constants.set(name, constantProto(name, dtype, shape, values));
    if (key !== undefined) this.#shared.set(key, name);
    return name;
  }

  /** Adds a one-dimensional constant of 64-bit integers, such as a shape or axes. */
  integers(...values: number[]): string {
    return this.constant('int64', [values.length], values);
  }

  /** Adds a scalar constant. */
  scalar(value: number, dtype: HostDtype = 'float32'): string {
    return this.constant(dtype, [], [value]);
  }

  /**
   * Gives a value the name of a graph output. It renames the result of a node; an input, a constant or another output
   * is copied.
   */
  publish(wanted: string, output: string): void {
    this.publishAll([[wanted, output]]);
  }

  /** Does the same for each pair of a value and the name of an output. */
  publishAll(pairs: Iterable<readonly [wanted: string, output: string]>): void {
    const produced = new Set(this.nodes.flatMap(({ outputs }) => outputs));
    const names = new Map<string, string>();
    for (const [wanted, output] of pairs) {
      const value = this.#published.get(wanted) ?? wanted;
      if (produced.has(value) && value.includes('#')) {
        this.#published.set(value, output);
        names.set(value, output);
      } else {
        const [inputs, outputs] = [[value], [output]];
        this.nodes.push({ op: 'Identity', domain: '', inputs, outputs, attributes: {}, sameShape: false });
      }
    }
    this.#rename(names);
  }

  /** Renames constants; the new names must be free. */
  renameConstants(names: ReadonlyMap<string, string>): void {
    for (const [from, to] of names) {
      const constant = this.constants.get(from)!;
      this.constants.delete(from);
      this.constants.set(to, { ...constant, name: to });
    }
    this.#rename(names);
  }

  #rename(names: ReadonlyMap<string, string>): void {
    const renamed = (name: string) => names.get(name) ?? name;
    for (const node of this.nodes) {
      node.inputs = node.inputs.map(renamed);
      node.outputs = node.outputs.map(renamed);
    }
  }

  /** Returns true if a value is a constant of the graph. */
  isConstant(name: string): boolean {
    return this.constants.has(name);
  }

  /**
   * Encodes the finished model. Constants that no node reads are left out.
   *
   * @param outputs ONNX Runtime infers the types of those without a dtype.
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
          node: nodes.map(nodeProto),
          initializer: [...this.constants.values()].filter(({ name }) => read.has(name)),
          input: inputs.map(valueInfoProto),
          output: outputs.map((value) => ('dtype' in value ? valueInfoProto(value) : value)),
        },
      }),
    );
  }

  #unique(prefix: string): string {
    const name = `${prefix}#${this.#count++}`;
    return this.#taken.has(name) ? this.#unique(prefix) : name;
  }
}
