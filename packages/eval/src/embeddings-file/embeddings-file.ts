import { plainBytes } from '@hm/tensor/host';
import { assertOneOf } from '../assert-one-of.ts';
import { type EmbeddingTable, notATable } from './embedding-table.ts';
import { decodeJsonl, encodeJsonl } from './jsonl.ts';
import { decodeNpy, encodeNpy, isNpy } from './npy.ts';
import { decodeParquet, encodeParquet, isParquet } from './parquet.ts';

/** Formats of an embeddings file. */
export const embeddingsFormats = ['npy', 'parquet', 'jsonl'] as const;

/**
 * Format of an embeddings file. `npy`: NumPy records of `id` and `embedding`. `parquet` and `jsonl`: columns, or
 * lines, of the same two.
 */
export type EmbeddingsFormat = (typeof embeddingsFormats)[number];

/**
 * Encodes embeddings and their ids as the bytes of a file.
 *
 * @example
 * await writeFile('people.npy', await encodeEmbeddings({ ids, embeddings }, 'npy'));
 */
export async function encodeEmbeddings(table: EmbeddingTable, format: EmbeddingsFormat): Promise<Uint8Array> {
  assertOneOf('encodeEmbeddings', 'format', format, embeddingsFormats);
  return { npy: encodeNpy, parquet: encodeParquet, jsonl: encodeJsonl }[format](table);
}

/**
 * Decodes an embeddings file. The format is detected from its first bytes.
 *
 * @throws {InvalidDataError} if the file has none of the formats, or is damaged.
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
