import { type HostTensor, InvalidDataError, NonFiniteError } from '@hm/tensor/host';

/** Embeddings with an id for each. */
export interface EmbeddingTable {
  /** Id of each row, such as the path of a photograph. */
  ids: readonly string[];
  /** Embeddings, `[N, D]`. */
  embeddings: HostTensor<'float32'>;
}

/**
 * Checks a table that was read from a file.
 *
 * @throws {InvalidDataError} if an id is missing.
 * @throws {NonFiniteError} if a value is not finite; `fields.id` is the id of its row.
 */
export function checkTable(table: EmbeddingTable): EmbeddingTable {
  const { ids, embeddings } = table;
  const [rows, size] = embeddings.shape as [number, number];
  if (rows !== ids.length || embeddings.data.length !== rows * size)
    throw notATable(`${ids.length} ids for ${embeddings.data.length} numbers`);
  const bad = embeddings.data.findIndex((value) => !Number.isFinite(value));
  if (bad === -1) return table;
  const id = ids[Math.floor(bad / size)]!;
  throw new NonFiniteError({
    where: 'embeddings file',
    expected: 'finite embeddings',
    received: `${embeddings.data[bad]} in the embedding of ${id}`,
    fix: 'Embed that image again, or remove its row.',
    fields: { id },
  });
}

/** Returns the error for bytes that are not a table of embeddings. */
export const notATable = (
  received: string,
  cause?: unknown,
  fix = 'Write the file again with `hm embed`.',
): InvalidDataError =>
  new InvalidDataError({
    where: 'embeddings file',
    expected: 'ids with float32 embeddings of one length, as `hm embed` writes them (.npy, .parquet, .jsonl)',
    received,
    fix,
    cause,
  });
