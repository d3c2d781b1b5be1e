import type { RgbImage } from '@hm/images';
import { UnavailableError } from '@hm/tensor/host';

/** Always throws: JPEG encoders differ between browsers and from Node's, so a run would depend on the browser. */
export async function recompress(_image: RgbImage, _quality: number): Promise<RgbImage> {
  throw new UnavailableError({
    where: 'augment.jpeg',
    expected: 'Node, where the encoder is always the same',
    received: 'a browser',
    fix: 'Leave jpeg out of the augmentation.',
  });
}
