import { Rng } from '@hm/tensor/host';
import { drawIdentity } from './identity.ts';
import { drawNuisance } from './nuisance.ts';
import { faceRenderer } from './render-face.ts';

/** Everything that a rendered portrait is made of, as plain data that can cross to another thread. */
export interface FaceRecipe {
  seed: number | string;
  /** 0 to 1. */
  hardness: number;
  /** Height and width in pixels. */
  size: number;
  person: number;
  /** Of the person's photographs. */
  number: number;
}

/** Renderers keep buffers of their size. */
const renderers = new Map<number, ReturnType<typeof faceRenderer>>();

/** RGB bytes `[size, size, 3]`, the same for the same recipe on every machine. */
export function renderRecipe({ seed, hardness, size, person, number }: FaceRecipe): Uint8Array {
  const draw = renderers.get(size) ?? faceRenderer(size);
  renderers.set(size, draw);
  const identity = drawIdentity(Rng.of(seed, 'identity', person), 1 - 0.7 * hardness);
  const nuisance = drawNuisance(Rng.of(seed, 'image', person, number), 0.12 + 0.88 * hardness);
  return draw(identity, nuisance);
}
