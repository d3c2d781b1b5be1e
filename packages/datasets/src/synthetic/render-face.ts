import { compose } from './background.ts';
import { earMesh, locksMesh, neckMesh } from './body.ts';
import { drawGlasses } from './glasses.ts';
import { hairCoverage } from './hair.ts';
import { headMesh } from './head.ts';
import type { Identity } from './identity.ts';
import type { Nuisance } from './nuisance.ts';
import { paintersOf } from './paint-head.ts';
import { photograph } from './photograph.ts';
import { viewOf } from './pose.ts';
import { nothingVisible, rasterise } from './raster.ts';
import { shade } from './shade.ts';

/**
 * A portrait, `[size, size, 3]` RGB bytes: shape the head, turn and align it, find what is visible at twice the
 * resolution, paint and light it, put it before a backdrop, and photograph it.
 */
export function renderFace(identity: Identity, nuisance: Nuisance, size: number): Uint8Array {
  const coverage = hairCoverage(identity);
  const locks = locksMesh(identity);
  const meshes = [
    headMesh(identity, nuisance, coverage),
    earMesh(identity, -1),
    earMesh(identity, 1),
    neckMesh(identity),
  ];
  const view = viewOf(identity, nuisance, 2 * size);
  const visible = nothingVisible(2 * size);
  for (const mesh of locks ? [...meshes, locks] : meshes) rasterise(mesh, view, visible);
  const picture = shade(visible, paintersOf(identity, nuisance, coverage), nuisance.light);
  drawGlasses(picture, identity, nuisance.glasses, view, visible);
  return photograph(compose(picture, visible.part, size, nuisance.background), size, nuisance.camera);
}
