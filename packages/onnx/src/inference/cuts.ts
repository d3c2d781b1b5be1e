import type { Graph } from '../graph.ts';
import { type ByImage, hasGraph } from './by-image.ts';

/** A place at which a network falls into two parts: of the first and of its input the second reads one value alone. */
export interface Cut {
  /** Nodes of the first part. */
  nodes: number;
  value: string;
}

/** Where a network can be cut so that its first part may take the images of a batch a few at a time. */
export function cutsOf(
  { nodes, constants }: Graph,
  { nodes: apart, ofImages }: ByImage,
  outputs: ReadonlySet<string>,
): Cut[] {
  // What a graph inside of a node reads is in no list of inputs.
  if (nodes.some(hasGraph)) return [];
  const made = new Map(nodes.flatMap((node, index) => node.outputs.map((name) => [name, index] as const)));
  const lastRead = new Map([...outputs].map((name) => [name, nodes.length]));
  for (const [index, { inputs }] of nodes.entries())
    for (const name of inputs)
      if (name !== '' && !constants.has(name)) lastRead.set(name, Math.max(index, lastRead.get(name) ?? 0));
  return nodes.slice(0, apart).flatMap(({ outputs: [value = ''] }, index) => {
    const passed = [...lastRead].filter(([name, last]) => last > index && (made.get(name) ?? -1) <= index);
    const isOnly = passed.length === 1 && passed[0]![0] === value;
    return isOnly && ofImages.has(value) ? [{ nodes: index + 1, value }] : [];
  });
}
