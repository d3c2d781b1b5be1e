import {
  checkArguments,
  checkOptions,
  type HostTensor,
  hostZeros,
  InvalidArgumentError,
  type OptionKinds,
} from '@hm/tensor/host';
import { assertOneOf } from '../assert-one-of.ts';
import { type ImageFacts, lengthOf, qualityOf } from './image-facts.ts';

/** Options for pooling a template's images into one embedding. */
export interface PoolingOptions {
  /**
   * How lengths count. `unit` (default, IJB-C's N0): embeddings are scaled to unit length first. `keep` (N1): longer
   * embeddings have more weight.
   */
  norms?: 'unit' | 'keep' | undefined;
  /** True to weight each embedding by its image's `quality` (D1). Default false. */
  weightByQuality?: boolean | undefined;
  /** Uses only the best images of a template, by `quality` or by the length of their embedding. Default: all. */
  best?: { count: number; by: 'quality' | 'norm' } | undefined;
}

/** Types of the members of {@link PoolingOptions}. */
export const poolingOptions: OptionKinds<PoolingOptions> = {
  ...{ norms: 'string', weightByQuality: 'boolean', best: 'object' },
};

/**
 * Pools each template into one embedding, `[templates, D]`: the mean within each medium, then the sum over media, as
 * insightface does for IJB-B and IJB-C. Without media it has the direction of the mean of all images.
 *
 * @param images One for each row of `embeddings`.
 * @throws {InvalidArgumentError} if a template is empty or names an image that does not exist, or a quality is
 * missing.
 * @example
 * const pooled = poolTemplates(embeddings, [[0, 1, 2], [3, 4]], images);
 */
export function poolTemplates(
  embeddings: HostTensor<'float32'>,
  templates: readonly (readonly number[])[],
  images: readonly ImageFacts[],
  options: PoolingOptions = {},
): HostTensor<'float32'> {
  const { norms = 'unit', best } = checkOptions('poolTemplates', options, poolingOptions);
  checkArguments(
    'poolTemplates',
    { embeddings, templates, images },
    { embeddings: { has: ['shape', 'dtype'] }, templates: 'array', images: 'array' },
  );
  assertOneOf('poolTemplates', 'norms', norms, ['unit', 'keep']);
  const size = embeddings.shape[1]!;
  const pooled = hostZeros('float32', [templates.length, size]);
  templates.forEach((template, place) => {
    assertTemplate(template, place, images.length);
    const chosen = best ? bestImages(template, embeddings, images, best) : template;
    const sum = sumOverMedia(chosen, embeddings, images, options);
    pooled.data.set(sum, place * size);
  });
  return pooled;
}

/**
 * Returns the best images of a template, best first (the earlier of equal ones), or all if there are no more than
 * `count`.
 */
function bestImages(
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

function sumOverMedia(
  template: readonly number[],
  { data, shape }: HostTensor<'float32'>,
  images: readonly ImageFacts[],
  { norms, weightByQuality }: PoolingOptions,
): Float64Array {
  const size = shape[1]!;
  const counts = new Map<unknown, number>();
  const mediumOf = (image: number) => images[image]!.media ?? Symbol.for(`image ${image}`);
  for (const image of template) counts.set(mediumOf(image), (counts.get(mediumOf(image)) ?? 0) + 1);
  const sum = new Float64Array(size);
  for (const image of template) {
    const row = data.subarray(image * size, (image + 1) * size);
    const quality = weightByQuality ? qualityOf(images, image) : 1;
    const weight = quality / counts.get(mediumOf(image))! / (norms === 'keep' ? 1 : lengthOf(row));
    for (let k = 0; k < size; k++) sum[k]! += weight * row[k]!;
  }
  return sum;
}

function assertTemplate(template: readonly number[], place: number, images: number): void {
  const known = (image: number) => Number.isInteger(image) && image >= 0 && image < images;
  if (template.length > 0 && template.every(known)) return;
  throw new InvalidArgumentError({
    where: 'poolTemplates',
    expected: `template ${place} to hold at least one of ${images} images`,
    received: template.length === 0 ? 'an empty one' : template.find((image) => !known(image)),
    fix: 'Check the templates of the protocol.',
    fields: { template: place },
  });
}

const wrongCount = (count: number) =>
  new InvalidArgumentError({
    where: 'poolTemplates',
    expected: 'best.count as a whole number of at least 1',
    received: count,
    fix: 'Say how many images of each template count.',
  });
