import { expect, it } from 'vitest';
import type { VerificationProtocol } from '../protocol.ts';
import { syntheticFaces } from './synthetic-faces.ts';
import { syntheticPairs } from './synthetic-pairs.ts';

/** A descriptor that learns nothing: colour averaged over an 8 × 8 grid, centred, of length 1. */
function describePixels(pixels: Uint8Array, size: number): Float64Array {
  const cell = size / 8;
  const sums = new Float64Array(8 * 8 * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (let k = 0; k < 3; k++) {
        sums[(Math.floor(y / cell) * 8 + Math.floor(x / cell)) * 3 + k]! += pixels[(y * size + x) * 3 + k]!;
      }
    }
  }
  const mean = sums.reduce((sum, value) => sum + value, 0) / sums.length;
  const norm = Math.sqrt(sums.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  return sums.map((value) => (value - mean) / norm);
}

/** The accuracy at the best threshold on the cosine. */
function bestAccuracy({ images, pairs }: VerificationProtocol): number {
  const descriptors = images.map((image) =>
    describePixels('pixels' in image ? image.pixels : new Uint8Array(), 56),
  );
  const cosines = pairs.map(({ first, second, same }) => {
    const other = descriptors[second]!;
    return { same, cosine: descriptors[first]!.reduce((sum, value, i) => sum + value * other[i]!, 0) };
  });
  cosines.sort((a, b) => b.cosine - a.cosine);
  let correct = cosines.filter(({ same }) => !same).length;
  let best = correct;
  for (const { same } of cosines) {
    correct += same ? 1 : -1;
    best = Math.max(best, correct);
  }
  return best / pairs.length;
}

it('falls in verification accuracy as hardness grows', () => {
  const accuracies = [0, 0.25, 0.5, 0.75, 1].map((hardness) => {
    const faces = syntheticFaces({ identities: 60, imagesPerIdentity: 5, hardness, seed: 3, size: 56 });
    return bestAccuracy(syntheticPairs(faces, { folds: 1, pairsPerFold: 600, seed: 3 }));
  });
  for (let i = 1; i < accuracies.length; i++) expect(accuracies[i]).toBeLessThan(accuracies[i - 1]!);
  expect(accuracies[0]).toBeGreaterThan(0.85);
  expect(accuracies[4]).toBeLessThan(0.6);
});
