import { type HostTensor, InvalidArgumentError } from '@hm/tensor/host';
import { type ImageFacts, lengthOf, qualityOf } from './image-facts.ts';
import type { PoolingOptions } from './pool-templates.ts';

/** The best images of a template, best first; of equal ones the earlier. All of them where there are no more. */
export function bestImages(
  template: readonly number[],
  { data, shape }: HostTensor<'float32'>,
  images: readonly ImageFacts[],
  { count, by }: NonNullable<PoolingOptions['best']>,
): number[] {
  if (!Number.isInteger(count) || count < 1) throw wrongCount(count);
  const size = shape[1]!;
  const merit = (image: number) =>
    by === 'norm' ? lengthOf(data.subarray(image * size, (image + 1) * size)) : qualityOf(images, image);
  return template
    .map((image) => ({ image, merit: merit(image) }))
    .sort((a, b) => b.merit - a.merit)
    .slice(0, count)
    .map(({ image }) => image);
}

const wrongCount = (count: number) =>
  new InvalidArgumentError({
    where: 'poolTemplates',
    expected: 'best.count as a whole number of at least 1',
    received: count,
    fix: 'Say how many images of each template count.',
  });
