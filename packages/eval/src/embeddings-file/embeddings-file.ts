import { plainBytes } from '@hm/tensor/host';
import { assertOneOf } from '../assert-one-of.ts';
import { type EmbeddingTable, notATable } from './embedding-table.ts';
import { decodeJsonl, encodeJsonl } from './jsonl.ts';
import { decodeNpy, encodeNpy, isNpy } from './npy.ts';
import { decodeParquet, encodeParquet, isParquet } from './parquet.ts';

/** Every form of an embeddings file. */
export const embeddingsFormats = ['npy', 'parquet', 'jsonl'] as const;

/** `npy`: NumPy records of `id` and `embedding`. `parquet` and `jsonl`: columns, or lines, of the same two. */
export type EmbeddingsFormat = (typeof embeddingsFormats)[number];

/**
 * Embeddings with their ids as the bytes of a file.
 *
 * @example
 * await writeFile('people.npy', await encodeEmbeddings({ ids, embeddings }, 'npy'));
 */
export async function encodeEmbeddings(table: EmbeddingTable, format: EmbeddingsFormat): Promise<Uint8Array> {
  assertOneOf('encodeEmbeddings', 'format', format, embeddingsFormats);
  return { npy: encodeNpy, parquet: encodeParquet, jsonl: encodeJsonl }[format](table);
}

/**
 * Reads an embeddings file in any of its forms, told apart by how they begin.
 *
 * @throws {InvalidDataError} if it is none of them, or is damaged.
 * @throws {NonFiniteError} if a value is not finite.
 * @example
 * const { ids, embeddings } = await decodeEmbeddings(await readFile('people.npy'));
 */
export async function decodeEmbeddings(file: Uint8Array): Promise<EmbeddingTable> {
  const bytes = plainBytes('decodeEmbeddings', file);
  if (isNpy(bytes)) return decodeNpy(bytes);
  if (isZip(bytes))
    throw notATable('a .zip, as np.savez writes', undefined, 'Save one matrix: np.save(file, matrix).');
  return isParquet(bytes) ? decodeParquet(bytes) : decodeJsonl(bytes);
}

const isZip = (bytes: Uint8Array) => bytes[0] === 0x50 && bytes[1] === 0x4b;
