import type { RgbImage } from '@hm/images';
import type { Rng } from '@hm/tensor/host';
import type { CropOptions } from './augmentation.ts';
import type { CropRectangle } from './crop.ts';

/** Draws the rectangle that a crop keeps. */
export function drawCrop(
  { height, width }: RgbImage,
  { smallest, largest, aspect }: Required<CropOptions>,
  rng: Rng,
): CropRectangle {
  const area = height * width * rng.uniform(smallest, largest);
  const ratio = Math.exp(rng.uniform(-1, 1) * Math.log(aspect));
  const side = (length: number, most: number) => Math.min(most, Math.max(1, Math.round(length)));
  const [across, down] = [side(Math.sqrt(area * ratio), width), side(Math.sqrt(area / ratio), height)];
  const left = rng.integer(width - across + 1);
  const top = rng.integer(height - down + 1);
  return { top, left, height: down, width: across };
}
