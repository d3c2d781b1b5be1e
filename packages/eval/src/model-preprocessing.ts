import { type Preprocessing, preprocessingFromMetadata } from '@hm/datasets/preprocessing';
import { InvalidArgumentError } from '@hm/tensor/host';

/**
 * What the images must go through: as the caller says, else as the model's metadata says. Nothing is guessed:
 * a wrong mean or channel order costs accuracy without any other sign.
 *
 * @throws {InvalidArgumentError} if neither says it.
 */
export function modelPreprocessing(
  name: string,
  metadata: Readonly<Record<string, string>>,
  explicit: Preprocessing | undefined,
): Preprocessing {
  const found = explicit ?? preprocessingFromMetadata(metadata);
  if (found !== undefined) return found;
  throw new InvalidArgumentError({
    where: 'loadEmbedder',
    expected: 'a model whose metadata says how its images are prepared ("hm.preprocessing")',
    received: `${name} without it`,
    fix: 'Say how it was trained: `preprocessing`, on the command line for example `--size 112 --mean 127.5 --scale 128 --channels rgb`.',
    fields: { model: name, metadata: Object.keys(metadata) },
  });
}
