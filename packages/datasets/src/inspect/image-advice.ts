import { readEncoded } from '@hm/images';
import { checkArguments, checkOptions } from '@hm/tensor/host';
import sharp from 'sharp';
import type { Dataset, ImageSource } from '../dataset.ts';

/** Options of {@link imageAdvice}. */
export interface ImageAdviceOptions {
  /** Height of the network's input, in pixels. */
  height: number;
  width: number;
  /** Number of images to look at, evenly spread. Default 64. */
  images?: number;
}

/**
 * Looks at a sample of a data set's images before training, without decoding any, and returns what is wrong with most
 * of them: they are photographs instead of aligned faces, or their size differs from the network's. Empty if nothing is
 * wrong.
 *
 * @example
 * for (const advice of await imageAdvice(data, { height: 112, width: 112 })) console.warn(advice);
 */
export async function imageAdvice(dataset: Dataset, options: ImageAdviceOptions): Promise<string[]> {
  const {
    height,
    width,
    images = 64,
  } = checkOptions('imageAdvice', options, { height: 'number', width: 'number', images: 'number' });
  checkArguments('imageAdvice', { dataset }, { dataset: 'object' });
  const sizes = await sampleSizes(dataset, Math.min(images, dataset.length));
  if (sizes.length === 0) return [];
  const others = sizes.filter((size) => size.height !== height || size.width !== width);
  if (2 * others.length <= sizes.length) return [];
  const examples = [...new Set(others.map((size) => `${size.height}×${size.width}`))].slice(0, 3).join(', ');
  const share = `${others.length} of ${sizes.length} images looked at`;
  const shapes = new Set(sizes.map((size) => `${size.height}×${size.width}`));
  if (shapes.size > sizes.length / 4 && shapes.size > 2) {
    return [
      `${share} have sizes of their own (${examples} …): they look like photographs, not like aligned faces. ` +
        'Networks learn far better from aligned ones: hm align.',
    ];
  }
  return [
    `${share} are not ${height}×${width} as the network is (${examples}): each is resized and cropped.`,
  ];
}

interface Size {
  height: number;
  width: number;
}

async function sampleSizes(dataset: Dataset, count: number): Promise<Size[]> {
  const sizes: Size[] = [];
  for (let place = 0; place < count; place++) {
    const index = Math.floor((place * dataset.length) / count);
    const size = await sizeOf(dataset, index).catch(() => undefined);
    if (size) sizes.push(size);
  }
  return sizes;
}

/** Size of an image as displayed, with EXIF orientation applied. */
async function sizeOf(dataset: Dataset, index: number): Promise<Size> {
  const image: ImageSource = (await dataset.sample(index)).image;
  if ('pixels' in image) return { height: image.height, width: image.width };
  const { autoOrient } = await sharp(readEncoded(image)).metadata();
  return autoOrient;
}
