import type { DecodeOptions, ImageSource, RgbImage } from '@hm/images';
import { resizePixels } from '@hm/images/browser';
import { InvalidArgumentError } from '@hm/tensor/host';

/**
 * Replaces `decodeImage` of `@hm/images` outside Node, where libvips is not available. It takes pixels only, and
 * resizes them to the same result as in Node if another size is wanted.
 *
 * @throws {InvalidArgumentError} if the image is a file or bytes, or the number of pixels does not match its size.
 */
export async function decodeImage(source: ImageSource, options: DecodeOptions = {}): Promise<RgbImage> {
  const name = options.name ?? 'image';
  if (!('pixels' in source)) throw refused(`${name} as a file`);
  const { pixels, height, width } = source;
  if (pixels.length !== height * width * 3)
    throw refused(`${name} of ${height}×${width} with ${pixels.length} bytes`);
  const size = { height: options.height ?? height, width: options.width ?? width };
  return size.height === height && size.width === width ? source : resizePixels(source, size);
}

function refused(received: string): InvalidArgumentError {
  return new InvalidArgumentError({
    where: 'Embedder.embed',
    expected: 'RGB pixels, three bytes each: no file is decoded outside Node',
    received,
    fix: 'Decode it with decodeImage of @hm/images/browser, and align it with @hm/align/browser.',
  });
}
