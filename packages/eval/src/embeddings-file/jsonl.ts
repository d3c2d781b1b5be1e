import { hostTensor } from '@hm/tensor/host';
import { checkTable, type EmbeddingTable, notATable } from './embedding-table.ts';

/** Encodes a table as one line per embedding: `{"id":"ada.jpg","embedding":[0.1,…]}`. */
export function encodeJsonl({ ids, embeddings: { data, shape } }: EmbeddingTable): Uint8Array {
  const size = shape[1]!;
  const lines = ids.map((id, row) => {
    const embedding = Array.from(data.subarray(row * size, (row + 1) * size), shortest);
    return `${JSON.stringify({ id, embedding })}\n`;
  });
  return new TextEncoder().encode(lines.join(''));
}

/** Rounds to the fewest digits that still read as the same float32. */
const shortest = (value: number): number => {
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
};

/** Decodes what {@link encodeJsonl} writes; other fields of a line are ignored. */
export function decodeJsonl(bytes: Uint8Array): EmbeddingTable {
  const rows = [...linesOf(bytes)].map(parseLine);
  const size = rows[0]?.embedding.length ?? 0;
  const odd = rows.findIndex(({ embedding }) => embedding.length !== size);
  if (size === 0 || odd !== -1) throw notATable(odd === -1 ? 'no line' : `line ${odd + 1} of another length`);
  const data = new Float32Array(rows.length * size);
  rows.forEach(({ embedding }, row) => {
    data.set(embedding, row * size);
  });
  return checkTable({
    ids: rows.map(({ id }) => id),
    embeddings: hostTensor('float32', [rows.length, size], data),
  });
}

/** Longest line, in bytes: an embedding of a hundred thousand numbers has two million. */
const LONGEST_LINE = 1 << 24;

/** Yields the lines that are not blank, one by one, because a file may be longer than the longest string. */
function* linesOf(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder();
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(10, start);
    const end = found === -1 ? bytes.length : found;
    if (end - start > LONGEST_LINE) throw notATable(`a line of ${end - start} bytes`);
    const line = decoder.decode(bytes.subarray(start, end));
    if (line.trim() !== '') yield line;
    start = end + 1;
  }
}

function parseLine(line: string, index: number): { id: string; embedding: number[] } {
  const named = (received: string, cause?: unknown) => notATable(`line ${index + 1}: ${received}`, cause);
  try {
    const { id, embedding } = JSON.parse(line) as Record<string, unknown>;
    if (typeof id === 'string' && Array.isArray(embedding) && embedding.every((x) => typeof x === 'number'))
      return { id, embedding };
  } catch (cause) {
    throw named('no JSON', cause);
  }
  throw named('without an id and an embedding of numbers');
}
