import type { RgbImage } from '@hm/images';
import { checkArguments, InvalidArgumentError } from '@hm/tensor/host';
import type { Preprocessing } from './preprocessing.ts';

/**
 * Writes one image into a batch: `(x - mean) / scale` as float32, `[height, width, 3]` in the preprocessing's channel
 * order, into slot `slot` of a `[B, height, width, 3]` array.
 *
 * @throws {InvalidArgumentError} if the image does not have the preprocessing's size or the batch has no such slot.
 * @example
 * const batch = new Float32Array(1 * 112 * 112 * 3);
 * normalizeInto(batch, 0, await decodeImage({ path: 'face.jpg' }, defaultPreprocessing), defaultPreprocessing);
 */
export function normalizeInto(
  batch: Float32Array,
  slot: number,
  image: RgbImage,
  preprocessing: Preprocessing,
): void {
  checkArguments(
    'normalizeInto',
    { batch, slot, image, preprocessing },
    {
      batch: 'array',
      slot: 'number',
      image: { has: ['pixels', 'height'] },
      preprocessing: { has: ['height', 'width'] },
    },
  );
  const { height, width, channels } = preprocessing;
  const size = height * width * 3;
  if (image.height !== height || image.width !== width || batch.length < (slot + 1) * size) {
    throw misfit(image, preprocessing, slot, batch.length / size);
  }
  const values = tableOf(preprocessing);
  const { pixels } = image;
  const [red, blue] = channels === 'rgb' ? [0, 2] : [2, 0];
  for (let from = 0, to = slot * size; from < size; from += 3, to += 3) {
    batch[to + red] = values[pixels[from]!]!;
    batch[to + 1] = values[pixels[from + 1]!]!;
    batch[to + blue] = values[pixels[from + 2]!]!;
  }
}

const tableOf = ({ mean, scale }: Preprocessing): Float32Array =>
  Float32Array.from({ length: 256 }, (_, value) => (value - mean) / scale);

const misfit = (image: RgbImage, { height, width }: Preprocessing, slot: number, places: number) =>
  new InvalidArgumentError({
    where: 'normalizeInto',
    expected: `an image of ${height}×${width} and a batch with place ${slot}`,
    received: `${image.height}×${image.width} and ${places} places`,
    fix: 'Decode to the preprocessing’s size, and allocate B·height·width·3 values.',
  });
