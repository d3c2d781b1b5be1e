import { dataTypeOf, type GraphNode } from '../graph.ts';

/** Operators that multiply matrices, which GPUs do several times faster in half precision. */
const PRODUCTS = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** Operators that move values without computing any, with the number of inputs, from the first, that they move. */
const MOVES: Readonly<Record<string, number>> = {
  Concat: Number.POSITIVE_INFINITY,
  Expand: 1,
  Gather: 1,
  Reshape: 1,
  Slice: 1,
  Tile: 1,
  Transpose: 1,
};

const isProduct = ({ op, domain }: GraphNode) => domain === '' && PRODUCTS.has(op);
const movedBy = ({ op, domain }: GraphNode) => (domain === '' ? (MOVES[op] ?? 0) : 0);

/**
 * Returns a graph that multiplies in half precision and does everything else in single. A value is cast once, where a
 * product first needs it; if nothing else reads it, it is cast before it is moved. The result of a product is moved
 * before it is cast back.
 *
 * @param nodes of float32, in an order in which they can run. @param outputs of the graph, which stay float32.
 * @param rounded computes products in single precision and rounds to half before and after: for the CPU, which has no
 * products in half precision, and where ONNX Runtime would remove their casts.
 */
export function toMixedPrecision(
  nodes: readonly GraphNode[],
  outputs: ReadonlySet<string>,
  rounded: boolean,
): GraphNode[] {
  const wanted = wantedInHalf(nodes, outputs);
  const mixed = new MixedNodes();
  for (const node of nodes) {
    const moved = movedBy(node);
    const operands = node.inputs.slice(0, moved);
    if (isProduct(node) && rounded) mixed.addRounded(node);
    else if (isProduct(node)) mixed.addHalf(node, node.inputs.length);
    else if (moved > 0 && (wanted.has(node.outputs[0]!) || operands.every((name) => mixed.isHalf(name))))
      mixed.addHalf(node, moved);
    else mixed.addSingle(node);
  }
  for (const name of outputs) mixed.single(name);
  return mixed.nodes;
}

/** Returns the values that only products read, possibly after a move. */
function wantedInHalf(nodes: readonly GraphNode[], outputs: ReadonlySet<string>): ReadonlySet<string> {
  const read = new Set<string>();
  const refused = new Set(outputs);
  const isWanted = (name: string) => read.has(name) && !refused.has(name);
  for (const node of nodes.toReversed()) {
    const half = isProduct(node) ? node.inputs.length : isWanted(node.outputs[0]!) ? movedBy(node) : 0;
    node.inputs.forEach((name, place) => {
      read.add(name);
      if (place >= half) refused.add(name);
    });
  }
  return new Set([...read].filter(isWanted));
}

/** Nodes in two precisions, with the casts between them. */
class MixedNodes {
  readonly nodes: GraphNode[] = [];
  /** Values computed in half precision, and those of them that have been cast to single so far. */
  readonly #half = new Set<string>();
  readonly #restored = new Set<string>();
  /** Values of single precision that have been cast to half so far. */
  readonly #halved = new Set<string>();

  isHalf(name: string): boolean {
    return this.#half.has(name);
  }

  /** Appends a node whose first `operands` inputs, and whose outputs, are in half precision. */
  addHalf(node: GraphNode, operands: number): void {
    const inputs = node.inputs.map((name, place) =>
      name !== '' && place < operands ? this.half(name) : this.single(name),
    );
    for (const name of node.outputs) this.#half.add(name);
    this.nodes.push({ ...node, inputs, outputs: node.outputs.map(halfName) });
  }

  /** Appends a node in single precision whose inputs and outputs are rounded to half. */
  addRounded(node: GraphNode): void {
    const inputs = node.inputs.map((name) => (name === '' ? name : this.#rounded(name)));
    const exact = node.outputs.map((name) => `${name}:exact`);
    this.nodes.push({ ...node, inputs, outputs: exact });
    node.outputs.forEach((name, place) => {
      this.#half.add(name);
      this.#cast(exact[place]!, halfName(name), 'float16');
    });
  }

  addSingle(node: GraphNode): void {
    this.nodes.push({ ...node, inputs: node.inputs.map((name) => this.single(name)) });
  }

  /** Returns the name of a value in half precision, and casts it if that is still to be done. */
  half(name: string): string {
    if (!this.#half.has(name) && !this.#halved.has(name)) {
      this.#halved.add(name);
      this.#cast(name, halfName(name), 'float16');
    }
    return halfName(name);
  }

  /** Returns the name of a value in single precision, and casts it if that is still to be done. */
  single(name: string): string {
    if (this.#half.has(name) && !this.#restored.has(name)) {
      this.#restored.add(name);
      this.#cast(halfName(name), name, 'float32');
    }
    return name;
  }

  #rounded(name: string): string {
    if (this.#half.has(name)) return this.single(name);
    const rounded = `${name}:rounded`;
    if (!this.#restored.has(rounded)) {
      this.#restored.add(rounded);
      this.#cast(this.half(name), rounded, 'float32');
    }
    return rounded;
  }

  #cast(from: string, to: string, dtype: 'float16' | 'float32'): void {
    const attributes = { to: dataTypeOf(dtype) };
    this.nodes.push({ op: 'Cast', domain: '', inputs: [from], outputs: [to], attributes, sameShape: false });
  }
}

const halfName = (name: string) => `${name}:half`;
