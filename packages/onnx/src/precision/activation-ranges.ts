import { create } from '@bufbuild/protobuf';
import { type HostTensor, InvalidArgumentError, NonFiniteError } from '@hm/tensor/host';
import { ValueInfoProtoSchema } from 'onnx-buf';
import { loadSession } from '../session/load-session.ts';
import type { Session } from '../session.ts';
import { type ModelFile, readModelFile, writeModelFile } from './model-file.ts';

/** The range of a value that 8 bits cover. It includes 0. */
export interface Range {
  low: number;
  high: number;
}

/** How ranges are chosen: everything seen, or this percentage of it, with the rest clipped. */
export type Calibration = 'minmax' | { percentile: number };

const BINS = 4096;

/**
 * Runs a model on sample inputs and records the range of each value that is of float32. Sums of sizes, for example, are
 * not.
 *
 * @throws {NonFiniteError} if a value is not finite.
 */
export async function activationRanges(
  file: ModelFile,
  values: readonly string[],
  batches: readonly Record<string, HostTensor>[],
  calibration: Calibration,
): Promise<Map<string, Range>> {
  if (batches.length === 0) throw noBatches();
  const inputs = new Set(file.graph.input.map(({ name }) => name));
  const session = await loadSession(
    withOutputs(
      file,
      values.filter((name) => !inputs.has(name)),
    ),
  );
  const others = [...session.inputs, ...session.outputs].filter(({ dtype }) => dtype !== 'float32');
  const names = values.filter((value) => !others.some(({ name }) => name === value));
  try {
    const ranges = new Map<string, Range>(names.map((name) => [name, { low: 0, high: 0 }]));
    await eachValue(session, batches, names, (name, data) => extend(ranges.get(name)!, data, name));
    if (calibration === 'minmax') return ranges;
    const counts = new Map(names.map((name) => [name, new Float64Array(BINS)]));
    await eachValue(session, batches, names, (name, data) =>
      count(counts.get(name)!, data, ranges.get(name)!),
    );
    return new Map(
      names.map((name) => [name, clip(counts.get(name)!, ranges.get(name)!, calibration.percentile)]),
    );
  } finally {
    await session.release();
  }
}

function withOutputs(file: ModelFile, names: readonly string[]): Uint8Array {
  const copy = readModelFile(writeModelFile(file));
  const known = new Set(copy.graph.output.map(({ name }) => name));
  for (const name of names)
    if (!known.has(name)) copy.graph.output.push(create(ValueInfoProtoSchema, { name }));
  return writeModelFile(copy);
}

async function eachValue(
  session: Session,
  batches: readonly Record<string, HostTensor>[],
  names: readonly string[],
  see: (name: string, data: Float32Array) => void,
): Promise<void> {
  for (const batch of batches) {
    const values = { ...batch, ...(await session.run(batch)) };
    for (const name of names) see(name, values[name]!.data as Float32Array);
  }
}

function extend(range: Range, data: Float32Array, name: string): void {
  let { low, high } = range;
  for (const value of data) {
    if (value < low) low = value;
    else if (value > high) high = value;
    else if (Number.isNaN(value)) low = Number.NaN;
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) throw notFinite(name);
  Object.assign(range, { low, high });
}

function count(bins: Float64Array, data: Float32Array, { low, high }: Range): void {
  const scale = (BINS - 1) / (high - low || 1);
  for (const value of data) bins[Math.round((value - low) * scale)]! += 1;
}

/** Cuts off half of what is beyond the percentile at each end. */
function clip(bins: Float64Array, { low, high }: Range, percentile: number): Range {
  const total = bins.reduce((sum, value) => sum + value, 0);
  const spare = (total * (1 - percentile / 100)) / 2;
  const width = (high - low) / (BINS - 1);
  const skipped = (sequence: Float64Array) => {
    let [sum, place] = [0, 0];
    while (place < BINS - 1 && sum + sequence[place]! <= spare) sum += sequence[place++]!;
    return place;
  };
  return {
    low: Math.min(0, low + skipped(bins) * width),
    high: Math.max(0, high - skipped(bins.toReversed()) * width),
  };
}

const noBatches = () =>
  new InvalidArgumentError({
    where: 'quantize',
    expected: 'at least one batch of sample inputs',
    received: 'none',
    fix: 'Pass some tens of images as the network will see them.',
  });

const notFinite = (name: string) =>
  new NonFiniteError({
    where: 'quantize',
    expected: 'finite values throughout the network',
    received: `NaN or infinity in "${name}"`,
    fix: 'Check the sample inputs and the weights.',
    fields: { value: name },
  });
