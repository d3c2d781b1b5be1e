import { Rng } from '@hm/tensor/host';
import { drawIdentity } from './identity.ts';
import { drawNuisance } from './nuisance.ts';
import { faceRenderer } from './render-face.ts';

/** Everything that defines a rendered portrait, as plain data that can be sent to another thread. */
export interface FaceRecipe {
  seed: number | string;
  /** Hardness from 0 to 1. */
  hardness: number;
  /** Height and width in pixels. */
  size: number;
  person: number;
  /** Index of the photograph among the person's. */
  number: number;
}

/** Renderers by image size; each keeps buffers of that size. */
const renderers = new Map<number, ReturnType<typeof faceRenderer>>();

/** Renders RGB bytes `[size, size, 3]`, the same for the same recipe on every machine. */
export function renderRecipe({ seed, hardness, size, person, number }: FaceRecipe): Uint8Array {
  const draw = renderers.get(size) ?? faceRenderer(size);
  renderers.set(size, draw);
  const identity = drawIdentity(Rng.of(seed, 'identity', person), 1 - 0.7 * hardness);
  const nuisance = drawNuisance(Rng.of(seed, 'image', person, number), 0.12 + 0.88 * hardness);
  return draw(identity, nuisance);
}
