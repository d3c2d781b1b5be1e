import type { VerificationProtocol } from '@hm/datasets';
import { decodeImage } from '#decode';
import type { HardestPairs } from './hardest-pairs.ts';

const SIDE = 96;

/** Small JPEG pictures of the images that pairs name, as `data:` addresses by name. */
export async function thumbnails(
  pairs: HardestPairs,
  { images }: VerificationProtocol,
): Promise<Map<string, string>> {
  const { default: sharp } = await import('sharp');
  const byId = new Map(images.map((image) => [image.id, image]));
  const names = [...pairs.genuine, ...pairs.impostors].flatMap(({ first, second }) => [first, second]);
  const found = new Map<string, string>();
  for (const name of new Set(names)) {
    const image = byId.get(name) ?? byId.get(name.replace(/ \(\d+ images\)$/, ''));
    if (image === undefined) continue;
    const { pixels, ...raw } = await decodeImage(image, { name });
    const jpeg = await sharp(pixels, { raw: { ...raw, channels: 3 } })
      .resize(SIDE, SIDE, { fit: 'inside' })
      .jpeg({ quality: 80 })
      .toBuffer();
    found.set(name, `data:image/jpeg;base64,${jpeg.toString('base64')}`);
  }
  return found;
}
