import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syntheticFaces } from '@hm/datasets';
import sharp from 'sharp';

/** Writes rendered 112×112 faces as JPEG files, one folder per person. Returns the folder, which the caller removes. */
export async function writeFaces(say) {
  const root = mkdtempSync(join(tmpdir(), 'hm-bench-'));
  const faces = syntheticFaces({ identities: 64, imagesPerIdentity: 16, hardness: 0.3, seed: 1 });
  say(`Rendering ${faces.length} faces; --data FOLDER takes your own, one folder for each person.`);
  for (let index = 0; index < faces.length; index++) {
    const { image, id } = faces.sample(index);
    const file = join(root, `${id}.jpg`);
    mkdirSync(join(file, '..'), { recursive: true });
    await sharp(image.pixels, { raw: { width: 112, height: 112, channels: 3 } })
      .jpeg({ quality: 95 })
      .toFile(file);
  }
  return root;
}
