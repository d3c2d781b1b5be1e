import type { RgbImage } from '@hm/images';
import { UnavailableError } from '@hm/tensor/host';

/** A browser's encoder gives other pixels than Node's, and not the same in every browser: a run would depend on it. */
export async function recompress(_image: RgbImage, _quality: number): Promise<RgbImage> {
  throw new UnavailableError({
    where: 'augment.jpeg',
    expected: 'Node, where the encoder is always the same',
    received: 'a browser',
    fix: 'Leave jpeg out of the augmentation.',
  });
}
