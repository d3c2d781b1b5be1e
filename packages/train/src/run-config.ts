import type { Dataset, Preprocessing } from '@hm/datasets';
import type { Head, HeadConfig } from '@hm/losses';
import type { Backbone } from '@hm/resnet';
import { InvalidArgumentError, sha256Of } from '@hm/tensor';
import { isRecord } from '@hm/tensor/host';
import type { Optimizer } from './optimize/transform.ts';
import type { Recipe } from './recipe.ts';

/** A name, and what its factory takes to make the same thing again. */
export interface Part {
  name: string;
  config: Readonly<Record<string, unknown>>;
}

/** All that the weights of a run depend on, as JSON. */
export interface RunConfig {
  seed: number;
  recipe: Recipe;
  backbone: Part;
  head: HeadConfig;
  preprocessing: Preprocessing;
  data: { images: number; classes: number /** SHA-256 of the identities' names in order. */; names: string };
  /** Images without labels, by whose embeddings the network is held. */
  unlabeled?: { images: number };
  /** The optimizer, if it is not the recipe's. */
  optimizer?: Part;
  /** Hash of the values that the backbone began with, if not with fresh ones. */
  pretrained?: { sha256: string };
  /** License text for the exported file, from that of the photographs. */
  dataLicense?: string;
}

/** A value in a configuration. */
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
 * Checks that a run goes on as it began.
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

/** `recipe.epochs: 20 in the run, 8 now`, for every value that differs. @param owners of the two. */
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
