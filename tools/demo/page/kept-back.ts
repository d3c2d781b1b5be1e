import type { Person, Preprocessing } from '@hm/datasets/browser';
import { loadEmbedder } from '@hm/eval/browser';
import type { RgbImage } from '@hm/images/browser';
import { dot } from './cosine.ts';

/** Splits faces into those to train on and one held-out face of each person with at least three. */
export function keepBack(persons: readonly Person[]): { taught: Person[]; kept: Kept[] } {
  const taught = persons.map(({ name, photographs }) => ({
    name,
    photographs: photographs.length < 3 ? photographs : photographs.slice(0, -1),
  }));
  const kept = persons.flatMap(({ photographs }, person) =>
    photographs.length < 3 ? [] : [{ person, face: photographs.at(-1)! }],
  );
  return { taught, kept };
}

/** A held-out face. */
export interface Kept {
  /** Index of the face's person. */
  person: number;
  /** The aligned face. */
  face: RgbImage;
}

/** Result of a network on the held-out faces. */
export interface Score {
  /** Number of faces that are most similar to their own person. */
  right: number;
  /** Mean similarity to the own person. */
  own: number;
  /** Mean similarity to the nearest other person. */
  other: number;
}

/** Compares each held-out face with the mean embedding of each person's other faces. */
export async function scoreOf(
  model: Uint8Array,
  preprocessing: Preprocessing,
  { taught, kept }: ReturnType<typeof keepBack>,
): Promise<Score> {
  const embedder = await loadEmbedder(model, { preprocessing });
  const embed = async (faces: readonly RgbImage[]) => {
    const { data, shape } = await embedder.embed(faces);
    return faces.map((_, row) => unit(data.slice(row * shape[1]!, (row + 1) * shape[1]!)));
  };
  try {
    const centers: Float32Array[] = [];
    for (const { photographs } of taught) centers.push(unit(sum(await embed(photographs))));
    const rows = await embed(kept.map(({ face }) => face));
    const pairs = rows.map((row, index) => {
      const similarities = centers.map((center) => dot(row, center));
      const [own] = similarities.splice(kept[index]!.person, 1);
      return { own: own!, other: Math.max(...similarities) };
    });
    const mean = (name: 'own' | 'other') => pairs.reduce((all, pair) => all + pair[name], 0) / pairs.length;
    const right = pairs.filter(({ own, other }) => own > other).length;
    return { right, own: mean('own'), other: mean('other') };
  } finally {
    await embedder.release();
  }
}

const sum = (rows: readonly Float32Array[]) =>
  rows.reduce((all, row) => all.map((value, k) => value + row[k]!));
const unit = (row: Float32Array) => row.map((value) => value / Math.sqrt(dot(row, row)));
