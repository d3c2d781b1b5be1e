import { type HostTensor, hostTensor, hostZeros, sizeOf } from '@hm/tensor/host';
import type { ValueInfo } from '../session.ts';
import type { Segment } from './cut-graph.ts';

type HostTensors = Record<string, HostTensor>;

/**
 * Returns memory for the values that parts of a graph pass to later ones. Values take turns in it: once the last reader
 * of a value has run, another of the same size takes its place.
 *
 * @param find describes a value; undefined for one that needs no memory here, because its reader provides it.
 * @returns for each part, memory for its outputs, except those that are summed.
 */
export function planBuffers(
  segments: readonly Segment[],
  find: (name: string) => ValueInfo | undefined,
): HostTensors[] {
  const last = new Map<string, number>();
  segments.forEach(({ inputs }, place) => {
    for (const name of inputs) last.set(name, place);
  });
  const free: HostTensor[] = [];
  const lent: { memory: HostTensor; until: number }[] = [];
  return segments.map(({ outputs, reductions }, place) => {
    const over = lent.filter(({ until }) => until < place);
    for (const loan of over) free.push(lent.splice(lent.indexOf(loan), 1)[0]!.memory);
    const summed = new Set(reductions.map(({ source }) => source));
    const handedOn = outputs.filter((name) => !summed.has(name)).map((name) => find(name));
    const entries = handedOn.filter(isFixed).map(({ name, dtype, shape }) => {
      const memory = take(free, dtype, shape);
      lent.push({ memory, until: last.get(name)! });
      return [name, memory] as const;
    });
    return Object.fromEntries(entries);
  });
}

type Fixed = ValueInfo & { shape: readonly number[] };

const isFixed = (value: ValueInfo | undefined): value is Fixed =>
  value?.shape.every((size) => typeof size === 'number' && size >= 0) ?? false;

function take(free: HostTensor[], dtype: HostTensor['dtype'], shape: readonly number[]): HostTensor {
  const index = free.findIndex((memory) => memory.dtype === dtype && memory.data.length === sizeOf(shape));
  return index < 0
    ? hostZeros(dtype, shape)
    : hostTensor(dtype, shape, free.splice(index, 1)[0]!.data as never);
}
