import type { Dataset, Preprocessing } from '@hm/datasets';
import type { Head, HeadConfig } from '@hm/losses';
import type { Backbone } from '@hm/resnet';
import { InvalidArgumentError, sha256Of } from '@hm/tensor';
import { isRecord } from '@hm/tensor/host';
import type { Optimizer } from '../optimize/transform.ts';
import type { Recipe } from '../recipe/recipe.ts';

/** Name of a component, and the options with which its factory makes the same one again. */
export interface Part {
  name: string;
  config: Readonly<Record<string, unknown>>;
}

/** Everything that the weights of a run depend on, as JSON. */
export interface RunConfig {
  seed: number;
  recipe: Recipe;
  backbone: Part;
  head: HeadConfig;
  preprocessing: Preprocessing;
  data: { images: number; classes: number /** SHA-256 of the identities' names in order. */; names: string };
  /** Images without labels, for distillation. */
  unlabeled?: { images: number };
  /** The optimizer, if it is not the recipe's. */
  optimizer?: Part;
  /** Hash of the backbone's initial values, if they are pretrained. */
  pretrained?: { sha256: string };
  /** Licence note for the exported file, about the photographs. */
  dataLicense?: string;
}

/** Parts of a run from which its configuration is made. */
export interface ConfigSource {
  data: Dataset;
  unlabeled?: Dataset | undefined;
  backbone: Backbone;
  head: Head;
  recipe: Recipe;
  preprocessing: Preprocessing;
  seed: number;
  optimizer?: Optimizer | undefined;
  dataLicense?: string | undefined;
}

/** Makes the configuration of a run. */
export async function runConfig(source: ConfigSource, pretrained?: { sha256: string }): Promise<RunConfig> {
  const { data, unlabeled, backbone, head, recipe, preprocessing, seed, optimizer, dataLicense } = source;
  const config: RunConfig = {
    seed,
    recipe,
    backbone: { name: backbone.name, config: backbone.config },
    head: head.config,
    preprocessing,
    data: { images: data.length, classes: data.classes, names: await hashOfNames(data) },
    ...(unlabeled && { unlabeled: { images: unlabeled.length } }),
    ...(optimizer && { optimizer: { name: optimizer.name, config: optimizer.config ?? {} } }),
    ...(pretrained && { pretrained: { sha256: pretrained.sha256 } }),
    ...(dataLicense === undefined ? {} : { dataLicense }),
  };
  return JSON.parse(JSON.stringify(config));
}

/**
 * Checks that a run is resumed with the configuration that it began with.
 *
 * @param otherData whether the identities may have other names.
 * @throws {InvalidArgumentError} if anything differs; message and `fields.differences` name each difference.
 */
export function assertSameConfig(
  saved: RunConfig,
  given: RunConfig,
  folder: string,
  otherData: boolean,
): void {
  const expected = otherData ? { ...saved, data: { ...saved.data, names: given.data.names } } : saved;
  const found = differences(expected, given, ['in the run', 'now']);
  if (found.length === 0) return;
  throw new InvalidArgumentError({
    where: `train, resuming ${folder}`,
    expected: 'the configuration that the run began with',
    received: found.join('; '),
    fix: 'Resume with the same options, or train into another folder.',
    fields: { differences: found },
  });
}

/** Lists each value that differs: `recipe.epochs: 20 in the run, 8 now`. @param owners phrases such as `now`. */
export function differences(
  saved: unknown,
  given: unknown,
  owners: readonly [string, string],
  path = '',
): string[] {
  if (isRecord(saved) && isRecord(given)) {
    const names = [...new Set([...Object.keys(saved), ...Object.keys(given)])];
    return names.flatMap((name) =>
      differences(saved[name], given[name], owners, path ? `${path}.${name}` : name),
    );
  }
  const [before, now] = [saved, given].map((value) => JSON.stringify(value) ?? 'nothing');
  return before === now ? [] : [`${path}: ${before} ${owners[0]}, ${now} ${owners[1]}`];
}

const hashOfNames = (data: Dataset): Promise<string> => {
  const names = Array.from({ length: data.classes }, (_, label) => `${JSON.stringify(data.name(label))}\n`);
  return sha256Of(new TextEncoder().encode(names.join('')));
};
