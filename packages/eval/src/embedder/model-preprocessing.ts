import {
  checkPreprocessing,
  type Preprocessing,
  preprocessingFromMetadata,
} from '@hm/datasets/preprocessing';
import { InvalidArgumentError } from '@hm/tensor/host';

/**
 * Returns the preprocessing given by the caller, or else the one in the model's metadata. Nothing is guessed: a wrong
 * mean or channel order costs accuracy without any other sign.
 *
 * @throws {InvalidArgumentError} if there is neither.
 */
export function modelPreprocessing(
  name: string,
  metadata: Readonly<Record<string, string>>,
  explicit: Preprocessing | undefined,
): Preprocessing {
  if (explicit !== undefined) {
    const checked = checkPreprocessing(explicit, 'loadEmbedder preprocessing');
    if (isForUnitValues(checked)) console.warn(forUnitValues(checked));
    return checked;
  }
  const found = preprocessingFromMetadata(metadata);
  if (found !== undefined) return found;
  throw new InvalidArgumentError({
    where: 'loadEmbedder',
    expected: 'a model whose metadata says how its images are prepared ("hm.preprocessing")',
    received: `${name} without it`,
    fix: 'Say how it was trained: `preprocessing`, on the command line for example `--size 112 --mean 127.5 --scale 128 --channels rgb`.',
    fields: { model: name, metadata: Object.keys(metadata) },
  });
}

/**
 * True for a mean and scale that look like those for values from 0 to 1, as tensor libraries use them. Here values
 * are from 0 to 255.
 */
const isForUnitValues = ({ mean, scale }: Preprocessing) => (mean > 0 && mean < 1) || Math.abs(scale) < 1;

const forUnitValues = ({ mean, scale }: Preprocessing) =>
  `Mean ${mean} and scale ${scale} look like those for values from 0 to 1; here values are from 0 to 255: that is mean ${255 * mean} and scale ${255 * scale}.`;
