import type { Person, Preprocessing } from '@hm/datasets/browser';
import { loadEmbedder } from '@hm/eval/browser';
import type { RgbImage } from '@hm/images/browser';
import { dot } from './cosine.ts';

/** The faces that are trained on, and one of everybody who has three, which is not. */
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

/** A face that is kept back, and whose it is. */
export interface Kept {
  person: number;
  face: RgbImage;
}

/** How a network tells the faces that were kept back. */
export interface Score {
  /** How many are most like their own person. */
  right: number;
  /** Mean similarity to the own person, and to the nearest other. */
  own: number;
  other: number;
}

/** Compares each face that was kept back with the mean of everybody's others. */
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
