import { HmError, hostTensor } from '@hm/tensor/host';
import { checkTable, type EmbeddingTable, notATable } from './embedding-table.ts';

/**
 * Encodes a table as Parquet with the columns `id` (string) and `embedding` (list of float), for pandas, DuckDB,
 * Spark.
 */
export async function encodeParquet({
  ids,
  embeddings: { data, shape },
}: EmbeddingTable): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const size = shape[1]!;
  const rows = ids.map((_, row) => Array.from(data.subarray(row * size, (row + 1) * size)));
  const required = { repetition_type: 'REQUIRED' } as const;
  const buffer = parquetWriteBuffer({
    schema: [
      { name: 'embeddings', num_children: 2 },
      { name: 'id', type: 'BYTE_ARRAY', converted_type: 'UTF8', ...required },
      { name: 'embedding', converted_type: 'LIST', num_children: 1, ...required },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', type: 'FLOAT', ...required },
    ],
    columnData: [
      { name: 'id', data: [...ids] },
      { name: 'embedding', data: rows },
    ],
  });
  return new Uint8Array(buffer);
}

/** Decodes what {@link encodeParquet} writes, and the same columns from other programs. */
export async function decodeParquet(bytes: Uint8Array): Promise<EmbeddingTable> {
  const { openParquet, readRows } = await import('@hm/datasets/parquet');
  const ids: string[] = [];
  const parts: Float32Array[] = [];
  let size = 0;
  try {
    const file = await openParquet('embeddings file', bytes);
    for (const group of file.groups) {
      const rows = await readRows(file, ['id', 'embedding'], group, true);
      size ||= Array.isArray(rows[0]?.embedding) ? rows[0].embedding.length : 0;
      if (size === 0 || !rows.every((row) => isRow(row, size)))
        throw notATable('Parquet without the columns id and embedding');
      const part = new Float32Array(rows.length * size);
      rows.forEach(({ id, embedding }, row) => {
        ids.push(id as string);
        part.set(embedding as number[], row * size);
      });
      parts.push(part);
    }
  } catch (cause) {
    if (HmError.isInstance(cause) && cause.fields.reason !== undefined)
      throw notATable(`Parquet that cannot be read (${cause.fields.reason})`, cause);
    throw cause;
  }
  if (ids.length === 0) throw notATable('Parquet without a row');
  const data = new Float32Array(ids.length * size);
  let filled = 0;
  for (const part of parts) {
    data.set(part, filled);
    filled += part.length;
  }
  return checkTable({ ids, embeddings: hostTensor('float32', [ids.length, size], data) });
}

const isRow = ({ id, embedding }: Record<string, unknown>, size: number): boolean =>
  typeof id === 'string' &&
  Array.isArray(embedding) &&
  embedding.length === size &&
  embedding.every((value) => typeof value === 'number');

/** True if the bytes begin as a Parquet file does. */
export const isParquet = (bytes: Uint8Array): boolean =>
  new TextDecoder('latin1').decode(bytes.subarray(0, 4)) === 'PAR1';
