import { checkArguments } from './check/check-options.ts';
import { InvalidDataError } from './errors.ts';
import { type HostTensor, hostTensor, sizeOf } from './host-tensor.ts';

/** Reads a file by its path or URL, which may be relative to that of another file. */
export type ReadFile = (location: string, beside?: string) => Promise<Uint8Array>;

interface ManifestGroup {
  paths: string[];
  weights: ManifestEntry[];
}

interface ManifestEntry {
  name: string;
  shape: number[];
  quantization?: { dtype: string; scale: number; min: number };
}

/**
 * Reads the tensors of a tfjs weights manifest, the format of face-api.js's networks: float32 values, or bytes that
 * stand for `byte · scale + min`.
 *
 * @param location the manifest; its shards are read relative to it.
 * @throws {InvalidDataError} if it is not a manifest, or its shards are shorter or longer than it says.
 * @example
 * const tensors = await readTfjsWeights('model-weights_manifest.json', (file, beside) =>
 *   readFile(beside === undefined ? file : join(dirname(beside), file)));
 */
export async function readTfjsWeights(
  location: string,
  read: ReadFile,
): Promise<Record<string, HostTensor<'float32'>>> {
  checkArguments('readTfjsWeights', { location, read }, { location: 'string', read: 'function' });
  const tensors: Record<string, HostTensor<'float32'>> = {};
  for (const { paths, weights } of groupsOf(location, await read(location))) {
    const shards = await Promise.all(paths.map((path) => read(path, location)));
    const bytes = new Uint8Array(await new Blob(shards.map((shard) => new Uint8Array(shard))).arrayBuffer());
    let offset = 0;
    for (const entry of weights) {
      const length = sizeOf(entry.shape) * (entry.quantization ? 1 : 4);
      if (offset + length > bytes.length)
        throw faulty(location, `${offset + length} bytes up to "${entry.name}"`, `${bytes.length}`);
      tensors[entry.name] = hostTensor('float32', entry.shape, valuesOf(entry, bytes, offset));
      offset += length;
    }
    if (offset !== bytes.length) throw faulty(location, `${offset} bytes of weights`, `${bytes.length}`);
  }
  return tensors;
}

function valuesOf({ shape, quantization }: ManifestEntry, bytes: Uint8Array, offset: number): Float32Array {
  const size = sizeOf(shape);
  if (quantization === undefined) return new Float32Array(bytes.slice(offset, offset + 4 * size).buffer);
  const { scale, min } = quantization;
  const values = new Float32Array(size);
  for (let index = 0; index < size; index++) values[index] = bytes[offset + index]! * scale + min;
  return values;
}

function groupsOf(location: string, file: Uint8Array): ManifestGroup[] {
  try {
    const groups: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file));
    if (Array.isArray(groups) && groups.every(isGroup)) return groups;
  } catch (cause) {
    throw faulty(location, 'JSON', cause instanceof Error ? cause.message : 'other bytes', cause);
  }
  throw faulty(location, 'a list of { paths, weights } with float32 or uint8 weights', 'something else');
}

const isGroup = (group: unknown): group is ManifestGroup => {
  const { paths, weights } = (group ?? {}) as Partial<ManifestGroup>;
  return (
    Array.isArray(paths) &&
    paths.every((path) => typeof path === 'string') &&
    Array.isArray(weights) &&
    weights.every(isEntry)
  );
};

const isEntry = ({ name, shape, quantization }: ManifestEntry): boolean =>
  typeof name === 'string' &&
  Array.isArray(shape) &&
  shape.every((size) => Number.isSafeInteger(size) && size >= 0) &&
  (quantization === undefined ||
    (quantization.dtype === 'uint8' &&
      Number.isFinite(quantization.scale) &&
      Number.isFinite(quantization.min)));

const faulty = (path: string, expected: string, received: string, cause?: unknown) =>
  new InvalidDataError({
    where: path,
    expected,
    received,
    fix: 'Install or download the file again, its shards beside it.',
    fields: { path },
    cause,
  });
