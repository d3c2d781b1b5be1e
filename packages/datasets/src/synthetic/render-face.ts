import { earMesh, locksMesh, neckMesh } from './body.ts';
import { mix, ramp } from './curves.ts';
import { drawGlasses } from './glasses.ts';
import { aboveHairline } from './hair.ts';
import { headMesh } from './head.ts';
import type { Identity } from './identity.ts';
import { valueNoise } from './noise.ts';
import type { Nuisance } from './nuisance.ts';
import { paintersOf } from './paint-head.ts';
import { photograph } from './photograph.ts';
import { viewOf } from './pose.ts';
import { clear, emptyView, rasterize } from './raster.ts';
import { type Picture, shade } from './shade.ts';

/**
 * Creates a renderer of portraits `[size, size, 3]`, RGB bytes. It shapes the head, turns and aligns it, finds what is
 * visible at twice the resolution, paints and lights it, puts it in front of a backdrop, and photographs it.
 */
export function faceRenderer(size: number): (identity: Identity, nuisance: Nuisance) => Uint8Array {
  const visible = emptyView(2 * size);
  return (identity, nuisance) => {
    const above = aboveHairline(identity);
    const view = viewOf(identity, nuisance, 2 * size);
    const meshes = [
      headMesh(identity, nuisance, above),
      earMesh(identity, -1),
      earMesh(identity, 1),
      neckMesh(identity),
      ...locksMesh(identity),
    ];
    clear(visible);
    for (const mesh of meshes) rasterize(mesh, view, visible);
    const picture = shade(visible, paintersOf(identity, nuisance, above), nuisance.light);
    drawGlasses(picture, identity, nuisance.glasses, view, visible);
    addBackground(picture, size, nuisance.background);
    return photograph(picture, size, nuisance.camera);
  };
}

/** Puts the person in front of a blurred backdrop: `person + (1 − coverage) · backdrop`. */
function addBackground(picture: Picture, size: number, { top, bottom, seed }: Nuisance['background']): void {
  for (let pixel = 0; pixel < size * size; pixel++) {
    const uncovered = 1 - picture[4 * pixel + 3]!;
    if (uncovered <= 0) continue;
    const x = (pixel % size) / size;
    const y = Math.floor(pixel / size) / size;
    const blotch = 0.55 + 0.9 * valueNoise(x * 3.5, y * 3.5, seed);
    const height = ramp(0.6 * y + 0.4 * valueNoise(x * 2, y * 2, seed + 1));
    for (let k = 0; k < 3; k++)
      picture[4 * pixel + k]! += uncovered * blotch * mix(top[k]!, bottom[k]!, height);
  }
}
