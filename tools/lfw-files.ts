import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syntheticFaces } from '@hm/datasets';
import sharp from 'sharp';

/** Writes rendered faces as files in LFW's layout: `Name/Name_0001.png`. */
export async function writeFaces(
  root: string,
  {
    identities,
    images,
    size,
    firstIdentity = 0,
  }: { identities: number; images: number; size: number; firstIdentity?: number },
): Promise<string[]> {
  const faces = syntheticFaces({
    identities,
    imagesPerIdentity: images,
    hardness: 0.2,
    seed: 3,
    size,
    firstIdentity,
  });
  for (let index = 0; index < faces.length; index++) {
    const { image, label } = faces.sample(index);
    const name = faces.name(label);
    const file = join(root, name, `${name}_${String((index % images) + 1).padStart(4, '0')}.png`);
    mkdirSync(dirname(file), { recursive: true });
    await sharp(image.pixels, { raw: { width: size, height: size, channels: 3 } })
      .png()
      .toFile(file);
  }
  return Array.from({ length: identities }, (_, label) => faces.name(label));
}

/**
 * Writes pairs in the format of LFW's `pairs.txt`. Each fold has one genuine pair of each of two people and two
 * impostor pairs.
 */
export function writePairs(path: string, names: readonly string[]): void {
  const folds = Math.floor(names.length / 2);
  const lines = Array.from({ length: folds }, (_, fold) => {
    const [a, b] = [names[2 * fold]!, names[2 * fold + 1]!];
    return [`${a}\t1\t2`, `${b}\t1\t2`, `${a}\t1\t${b}\t1`, `${a}\t2\t${b}\t2`];
  });
  writeFileSync(path, [`${folds}\t2`, ...lines.flat(), ''].join('\n'));
}
