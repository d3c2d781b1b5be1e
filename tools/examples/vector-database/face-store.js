/** @import { Embedder, EmbedderImage } from '@hm/eval' */
import { createClient } from '@libsql/client';

/**
 * Opens a store of faces in an SQLite file, which can be searched by similarity.
 *
 * @param {string} path
 * @param {Embedder} embedder
 */
export async function openFaceStore(path, embedder) {
  const database = createClient({ url: `file:${path}` });
  await database.batch([
    `CREATE TABLE IF NOT EXISTS faces (
      id TEXT PRIMARY KEY, person TEXT NOT NULL, embedding F32_BLOB(${embedder.embeddingSize}) NOT NULL)`,
    // The index stores each face's neighbours. 8 bits per number and 32 neighbours reduce it to a tenth of its size.
    `CREATE INDEX IF NOT EXISTS faces_by_embedding ON faces (
      libsql_vector_idx(embedding, 'metric=cosine', 'compress_neighbors=float8', 'max_neighbors=32'))`,
  ]);

  /** @param {EmbedderImage} image */
  async function vectorOf(image) {
    const { data } = await embedder.embed([image], { flip: 'sum' });
    return data.slice().buffer;
  }

  return {
    /**
     * @param {EmbedderImage & { id: string }} face
     * @param {string} person
     */
    async add(face, person) {
      const sql = 'INSERT OR REPLACE INTO faces (id, person, embedding) VALUES (?, ?, ?)';
      await database.execute({ sql, args: [face.id, person, await vectorOf(face)] });
    },

    /**
     * Returns the faces most similar to one, with the cosine of the embeddings.
     *
     * @param {EmbedderImage} face
     */
    async search(face, top = 5) {
      const { rows } = await database.execute({
        sql: `SELECT faces.id, person, 1 - vector_distance_cos(embedding, :vector) AS similarity
          FROM vector_top_k('faces_by_embedding', :vector, :top) AS nearest
          JOIN faces ON faces.rowid = nearest.id
          ORDER BY similarity DESC`,
        args: { vector: await vectorOf(face), top },
      });
      return rows.map(({ id, person, similarity }) => ({ id, person, similarity: Number(similarity) }));
    },

    close: () => database.close(),
  };
}
