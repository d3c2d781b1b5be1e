import { type HostTensor, hostTensor, hostZeros, sizeOf } from '@hm/tensor/host';
import type { Graph, GraphValue } from '../graph.ts';
import { createWholeSession } from '../preflight/assert-runnable.ts';
import type { Session, SessionOptions, ValueInfo } from '../session.ts';
import { cutGraph, type Reduction, type Segment } from './cut-graph.ts';
import { planBuffers } from './plan-buffers.ts';

/** Sums a block of numbers over all ranks, in place. Every rank calls it equally often, with equally many numbers. */
export type SumOverRanks = (values: Float32Array) => void | Promise<void>;

/** A graph with its inputs and outputs, before it is cut into parts. */
interface Whole {
  graph: Graph;
  inputs: readonly GraphValue[];
  outputs: readonly GraphValue[];
}

/** One part, ready to run. */
interface Part {
  /** Undefined if nothing lies between two reductions. */
  session: Session | undefined;
  inputs: readonly string[];
  /** Memory for the values that it passes on, except for the outputs of the whole graph. */
  buffers: Record<string, HostTensor>;
  /** Everything that is summed after it, in one block; `sums` are the pieces of the block. */
  bucket: Float32Array | undefined;
  sums: Record<string, HostTensor>;
}

type HostTensors = Record<string, HostTensor>;

/**
 * Loads a graph that has reductions, as one session for each part between them. Everything that is reduced at one point
 * lies in one block of memory, into which the part writes directly, so that it is one message and no copy.
 *
 * @throws {InvalidDataError} if ONNX Runtime cannot load a part.
 */
export async function createSegmentedSession(
  { graph, inputs, outputs }: Whole,
  sum: SumOverRanks,
  options: SessionOptions,
): Promise<Session> {
  const ends = new Map(outputs.map((value) => [value.name, value]));
  const segments = cutGraph(graph.nodes, new Set(ends.keys()), (name) => graph.isConstant(name));
  const known = new Map<string, ValueInfo>(inputs.map((value) => [value.name, value]));
  const sessions = await loadAll(graph, segments, known, ends, options);
  const buffers = planBuffers(segments, (name) => (ends.has(name) ? undefined : known.get(name)));
  const parts = segments.map((segment, place) => {
    const { bucket, sources, sums } = bucketOf(segment.reductions, known);
    return {
      ...{ session: sessions[place], inputs: segment.inputs, bucket, sums },
      buffers: { ...buffers[place], ...sources },
    };
  });
  return new SegmentedSession(parts, { inputs, outputs }, sum, options.provider ?? 'cpu');
}

/**
 * Loads the sessions one after the other: ONNX Runtime reports the types of the values that a part passes on, which the
 * next parts declare.
 */
async function loadAll(
  graph: Graph,
  segments: readonly Segment[],
  known: Map<string, ValueInfo>,
  ends: ReadonlyMap<string, GraphValue>,
  options: SessionOptions,
): Promise<(Session | undefined)[]> {
  const sessions: (Session | undefined)[] = [];
  for (const { nodes, inputs, outputs, reductions } of segments) {
    if (nodes.length > 0) {
      const declared = outputs.map((name) => ends.get(name) ?? { name });
      const model = graph.encode(
        inputs.map((name) => known.get(name)!),
        declared,
        nodes,
      );
      const session = await createWholeSession(model, options);
      for (const value of session.outputs) known.set(value.name, value);
      sessions.push(session);
    } else sessions.push(undefined);
    for (const { source, target } of reductions) known.set(target, { ...known.get(source)!, name: target });
  }
  return sessions;
}

/** Pieces of a block begin at multiples of this many numbers, to be well aligned for the processor. */
const ALIGNMENT = 16;

function bucketOf(reductions: readonly Reduction[], known: ReadonlyMap<string, ValueInfo>) {
  const shapes = reductions.map(({ source }) => known.get(source)!.shape as readonly number[]);
  const starts: number[] = [];
  let length = 0;
  for (const shape of shapes) {
    starts.push(length);
    length += Math.ceil(sizeOf(shape) / ALIGNMENT) * ALIGNMENT;
  }
  if (length === 0) return { bucket: undefined, sources: {}, sums: {} };
  const bucket = new Float32Array(length);
  const pieces = shapes.map((shape, i) =>
    hostTensor('float32', shape, bucket.subarray(starts[i]!, starts[i]! + sizeOf(shape))),
  );
  const named = (end: keyof Reduction): HostTensors =>
    Object.fromEntries(reductions.map((reduction, i) => [reduction[end], pieces[i]!]));
  return { bucket, sources: named('source'), sums: named('target') };
}

class SegmentedSession implements Session {
  readonly provider: Session['provider'];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly metadata = {};
  readonly #parts: readonly Part[];
  readonly #sum: SumOverRanks;

  constructor(
    parts: readonly Part[],
    { inputs, outputs }: Omit<Whole, 'graph'>,
    sum: SumOverRanks,
    provider: Session['provider'],
  ) {
    this.#parts = parts;
    this.#sum = sum;
    this.inputs = inputs;
    this.outputs = outputs;
    this.provider = provider;
  }

  async run(feeds: HostTensors, into: HostTensors = {}): Promise<HostTensors> {
    const values = { ...feeds };
    for (const { session, inputs, buffers, bucket, sums } of this.#parts) {
      if (session !== undefined) {
        const given = Object.fromEntries(inputs.map((name) => [name, values[name]!]));
        const targets = { ...buffers, ...pick(into, session.outputs) };
        Object.assign(values, await session.run(given, targets), targets);
      }
      if (bucket === undefined) continue;
      await this.#sum(bucket);
      Object.assign(values, mapOutputs(sums, into, this.outputs));
    }
    return Object.fromEntries(this.outputs.map(({ name }) => [name, values[name]!]));
  }

  async release(): Promise<void> {
    for (const { session } of this.#parts) await session?.release();
  }
}

const pick = (tensors: HostTensors, wanted: readonly ValueInfo[]): HostTensors =>
  Object.fromEntries(
    wanted.flatMap(({ name }) => (Object.hasOwn(tensors, name) ? [[name, tensors[name]!] as const] : [])),
  );

/** Copies a sum that is an output of the whole graph out of the block, which the next step overwrites. */
function mapOutputs(sums: HostTensors, into: HostTensors, outputs: readonly ValueInfo[]): HostTensors {
  const leaving = outputs.filter(({ name }) => Object.hasOwn(sums, name));
  const left = leaving.map(({ name }) => {
    const { dtype, shape, data } = sums[name]!;
    const target = into[name] ?? hostZeros(dtype, shape);
    target.data.set(data as never);
    return [name, target] as const;
  });
  return { ...sums, ...Object.fromEntries(left) };
}
