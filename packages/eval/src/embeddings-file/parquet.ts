import { hostTensor } from '@hm/tensor/host';
import { checkTable, type EmbeddingTable, notATable } from './embedding-table.ts';

/** Parquet with the columns `id` (string) and `embedding` (list of float), for pandas, DuckDB, Spark. */
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

/** Reads what {@link encodeParquet} writes, and the same columns from other programs. */
export async function decodeParquet(bytes: Uint8Array): Promise<EmbeddingTable> {
  const { parquetReadObjects } = await import('hyparquet');
  // Not bytes.slice(): that of a Buffer shares its memory.
  const file = new Uint8Array(bytes).buffer;
  const rows = await parquetReadObjects({ file }).catch((cause: unknown) => {
    throw notATable(`Parquet that cannot be read: ${cause instanceof Error ? cause.message : cause}`, cause);
  });
  const size = Array.isArray(rows[0]?.embedding) ? rows[0].embedding.length : 0;
  const whole = rows.every(({ id, embedding }) => typeof id === 'string' && embedding?.length === size);
  if (size === 0 || !whole) throw notATable('Parquet without the columns id and embedding');
  const data = new Float32Array(rows.length * size);
  rows.forEach(({ embedding }, row) => {
    data.set(embedding, row * size);
  });
  return checkTable({
    ids: rows.map(({ id }) => id as string),
    embeddings: hostTensor('float32', [rows.length, size], data),
  });
}

/** Whether bytes begin as Parquet does. */
export const isParquet = (bytes: Uint8Array): boolean =>
  new TextDecoder('latin1').decode(bytes.subarray(0, 4)) === 'PAR1';
