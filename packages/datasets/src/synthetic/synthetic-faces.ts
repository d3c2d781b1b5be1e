import { checkOptions, InvalidArgumentError } from '@hm/tensor/host';
import type { Dataset, PixelSource, Sample } from '../dataset.ts';
import { type FaceRecipe, renderRecipe } from './face-recipe.ts';

/** Options of {@link syntheticFaces}. */
export interface SyntheticFacesOptions {
  /** Number of people, at least 1. */
  identities: number;
  /** Number of photographs of each person, at least 1. */
  imagesPerIdentity: number;
  /** From 0, where people differ a lot and photographs of one person little, to 1, where it is the other way round. */
  hardness: number;
  /** Random seed; the same seed gives the same bytes on every machine. */
  seed: number | string;
  /** Height and width in pixels, 16 to 1024. Default 112, where the faces lie on the ArcFace template. */
  size?: number;
  /** Number of the first person. Default 0. Data sets of the same seed whose ranges do not overlap share nobody. */
  firstIdentity?: number;
}

/** A {@link Dataset} of rendered faces. Samples are returned synchronously and rendered when their pixels are read. */
export interface SyntheticFaces extends Dataset {
  readonly options: Readonly<Required<SyntheticFacesOptions>>;
  sample(index: number): Sample & { image: PixelSource };
}

/**
 * Creates a data set of rendered portraits of people who do not exist, aligned to the ArcFace template. It needs no
 * photograph and no licence, and can have any size. Image `index` shows person `⌊index / imagesPerIdentity⌋`; pixels
 * are RGB uint8 `[size, size, 3]`.
 *
 * @throws {InvalidArgumentError} if an option is out of its range, or `sample` gets an index that does not exist.
 * @example
 * const faces = syntheticFaces({ identities: 100, imagesPerIdentity: 20, hardness: 0.3, seed: 7 });
 * const { pixels } = faces.sample(0).image; // 112 × 112 × 3 bytes
 */
export function syntheticFaces(options: SyntheticFacesOptions): SyntheticFaces {
  checkOptions('syntheticFaces', options, {
    ...{ identities: 'number', imagesPerIdentity: 'number', hardness: 'number' },
    ...{ seed: ['string', 'number'], size: 'number', firstIdentity: 'number' },
  });
  const all = { size: 112, firstIdentity: 0, ...options };
  validate(all);
  const { identities, imagesPerIdentity, size } = all;
  const name = (label: number) => `person-${String(all.firstIdentity + label).padStart(6, '0')}`;
  return {
    options: all,
    length: identities * imagesPerIdentity,
    classes: identities,
    name,
    sample(index) {
      requireInteger('index', index, 0, identities * imagesPerIdentity - 1);
      const label = Math.floor(index / imagesPerIdentity);
      const number = index % imagesPerIdentity;
      const id = `${name(label)}/${String(number).padStart(4, '0')}`;
      const { seed, hardness, firstIdentity } = all;
      const recipe = { seed, hardness, size, person: firstIdentity + label, number };
      return { image: renderedWhenRead(recipe), label, id };
    },
  };
}

/**
 * Returns an image that is rendered when its pixels are read. Its recipe is not enumerable, because a copy with changed
 * pixels must not keep it.
 */
function renderedWhenRead(recipe: FaceRecipe): PixelSource {
  let rendered: Uint8Array | undefined;
  const image = {
    height: recipe.size,
    width: recipe.size,
    get pixels() {
      rendered ??= renderRecipe(recipe);
      return rendered;
    },
  };
  return Object.defineProperty(image, 'recipe', { value: recipe });
}

function validate({
  identities,
  imagesPerIdentity,
  hardness,
  size,
  firstIdentity,
}: Required<SyntheticFacesOptions>): void {
  requireInteger('identities', identities, 1);
  requireInteger('imagesPerIdentity', imagesPerIdentity, 1);
  requireInteger('size', size, 16, 1024);
  requireInteger('firstIdentity', firstIdentity, 0);
  if (!(hardness >= 0 && hardness <= 1)) {
    throw new InvalidArgumentError({
      where: 'syntheticFaces',
      expected: 'hardness in [0, 1]',
      received: hardness,
      fix: 'Pass 0 for easy faces, 1 for hard ones, or a number between.',
    });
  }
}

function requireInteger(name: string, value: number, low: number, high = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= low && value <= high) return;
  const range = high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `from ${low} to ${high}`;
  throw new InvalidArgumentError({
    where: 'syntheticFaces',
    expected: `${name} to be an integer ${range}`,
    received: value,
    fix: `Choose ${name} in that range.`,
  });
}
