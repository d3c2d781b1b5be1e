import type { DecodeOptions, ImageSource, RgbImage } from '@hm/images';
import { InvalidArgumentError } from '@hm/tensor/host';

/**
 * What stands for @hm/images' `decodeImage` outside Node, where there is no libvips: pixels of the wanted size, as they are.
 *
 * @throws {InvalidArgumentError} if the image is a file or bytes, or has another size.
 */
export async function decodeImage(source: ImageSource, options: DecodeOptions = {}): Promise<RgbImage> {
  const name = options.name ?? 'image';
  if (!('pixels' in source)) throw refused(`${name} as a file`);
  const { pixels, height, width } = source;
  const fits = (options.height ?? height) === height && (options.width ?? width) === width;
  if (!fits || pixels.length !== height * width * 3) {
    throw refused(`${name} of ${height}×${width} with ${pixels.length} bytes`);
  }
  return source;

  function refused(received: string): InvalidArgumentError {
    const size = options.height === undefined ? 'height×width' : `${options.height}×${options.width}`;
    return new InvalidArgumentError({
      where: 'Embedder.embed',
      expected: `RGB pixels of ${size}, three bytes each: nothing is decoded or resized outside Node`,
      received,
      fix: 'Draw the image on a canvas, and align it with @hm/align/browser.',
    });
  }
}
