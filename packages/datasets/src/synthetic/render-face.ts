import { addBackground } from './background.ts';
import { earMesh, locksMesh, neckMesh } from './body.ts';
import { drawGlasses } from './glasses.ts';
import { aboveHairline } from './hair.ts';
import { headMesh } from './head.ts';
import type { Identity } from './identity.ts';
import type { Nuisance } from './nuisance.ts';
import { paintersOf } from './paint-head.ts';
import { photograph } from './photograph.ts';
import { viewOf } from './pose.ts';
import { clear, emptyView, rasterize } from './raster.ts';
import { shade } from './shade.ts';

/**
 * The renderer of portraits `[size, size, 3]`, RGB bytes: shape the head, turn and align it, find what is visible at
 * twice the resolution, paint and light it, put it before a backdrop, and photograph it.
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
