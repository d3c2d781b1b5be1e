import { checkArguments, checkOptions } from '@hm/tensor/host';
import { assertPhotographs, type Photograph } from '../faces/photograph.ts';
import { lengthOf, type RecognizedFace, type Recognizer } from '../recognizer.ts';
import { thresholdOf, type VerdictOptions } from '../verdict.ts';

/** A face, with the name of its photograph. */
export interface GroupedFace extends RecognizedFace {
  photograph: string;
}

/** Faces grouped by person, and the photographs without any. */
export interface FaceGroups {
  /** Groups of faces, largest first. Each face is in one group, alone if it resembles no other. */
  groups: GroupedFace[][];
  /** Photographs that have no face or cannot be decoded. */
  missing: { path: string; reason: string }[];
}

/** Options for grouping faces. */
export interface GroupOptions extends Pick<VerdictOptions, 'threshold' | 'far'> {
  /** Called after each photograph. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Groups every face in some photographs by person. The most similar faces are joined first, and two groups are joined
 * if their faces are on average as similar as two of one person (average linkage).
 *
 * @throws {InvalidArgumentError} if there is no threshold.
 * @example
 * const { groups } = await groupFaces(recognizer, ['party-1.jpg', 'party-2.jpg']);
 */
export async function groupFaces(
  recognizer: Recognizer,
  photographs: readonly Photograph[],
  options: GroupOptions = {},
): Promise<FaceGroups> {
  checkOptions('groupFaces', options, { threshold: 'number', far: 'number', onProgress: 'function' });
  checkArguments('groupFaces', { recognizer }, { recognizer: 'object' });
  assertPhotographs('groupFaces', photographs);
  const threshold = thresholdOf(recognizer.calibration, options);
  const faces: GroupedFace[] = [];
  const missing: FaceGroups['missing'] = [];
  for await (const { name, index, faces: found, reason } of recognizer.facesOf(photographs)) {
    if (reason !== null) missing.push({ path: name, reason });
    faces.push(...found.map((face) => ({ ...face, photograph: name })));
    options.onProgress?.(index + 1, photographs.length);
  }
  const members = averageLinkage(
    faces.map(({ embedding }) => embedding),
    threshold,
  );
  const groups = members.map((rows) => rows.map((row) => faces[row]!));
  return { groups: groups.sort((a, b) => b.length - a.length), missing };
}

/** Groups rows whose mean cosine stays at `threshold` or above, joining the most similar pairs first. */
export function averageLinkage(embeddings: readonly Float32Array[], threshold: number): number[][] {
  const sums = embeddings.map((embedding) => {
    const length = lengthOf(embedding) || 1;
    return Float64Array.from(embedding, (value) => value / length);
  });
  const groups = new Map(sums.map((sum, row) => [row, { sum, rows: [row] }]));
  const groupOf = sums.map((_, row) => row);
  for (const [a, b] of similarPairs(sums, threshold)) {
    const [first, second] = [groups.get(groupOf[a]!)!, groups.get(groupOf[b]!)!];
    if (first === second) continue;
    if (dot(first.sum, second.sum) / (first.rows.length * second.rows.length) < threshold) continue;
    second.sum.forEach((value, k) => {
      first.sum[k]! += value;
    });
    groups.delete(groupOf[b]!);
    for (const row of second.rows) groupOf[row] = groupOf[a]!;
    first.rows.push(...second.rows);
  }
  return [...groups.values()].map(({ rows }) => rows);
}

function similarPairs(unit: readonly Float64Array[], threshold: number): [number, number][] {
  const pairs: [number, number, number][] = [];
  for (let a = 0; a < unit.length; a++) {
    for (let b = 0; b < a; b++) {
      const similarity = dot(unit[a]!, unit[b]!);
      if (similarity >= threshold) pairs.push([b, a, similarity]);
    }
  }
  return pairs.sort((x, y) => y[2] - x[2]).map(([a, b]) => [a, b]);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
