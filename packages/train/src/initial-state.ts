import type { Head } from '@hm/losses';
import type { Backbone } from '@hm/resnet';
import {
  disposeParams,
  flattenParams,
  type HostTensor,
  type Params,
  Rng,
  readTensor,
  sizeOf,
  unflattenParams,
} from '@hm/tensor';
import type { Transform } from './optimize/transform.ts';
import { firstState } from './step/train-state.ts';
import type { StepRecipe } from './step/training-step.ts';
import { withTfjs } from './with-tfjs.ts';

type HostParams = Params<HostTensor>;

/** Parameters and statistics of a backbone. */
export interface BackboneValues {
  params: HostParams;
  statistics: HostParams;
}

/** Options of `initialState`. */
export interface InitialStateOptions {
  backbone: Backbone;
  head: Head;
  classes: number;
  seed: number;
  recipe: StepRecipe;
  /** Replaces the recipe's optimizer. */
  optimizer?: Transform | undefined;
  /** Replaces the random initial values of the backbone. */
  pretrained?: BackboneValues | undefined;
}

/**
 * Returns the state before the first step, under the dotted names that graphs and checkpoints use. Its values depend
 * only on the seed and on `pretrained`.
 */
export async function initialState(options: InitialStateOptions): Promise<Record<string, HostTensor>> {
  const { backbone, head, classes, seed, recipe, optimizer, pretrained } = options;
  return withTfjs(async () => {
    const size = { classes, embeddingSize: backbone.embeddingSize };
    const { params, statistics } = pretrained ?? (await freshBackbone(backbone, seed));
    const headParams = await read(head.init(Rng.of(seed, 'head'), size));
    const headStatistics = await read(head.initStatistics?.(Rng.of(seed, 'headStatistics'), size) ?? {});
    const values = { params: { backbone: params, head: headParams }, statistics, headStatistics };
    return flattenParams(firstState(recipe, values, optimizer));
  });
}

/** Number of trained parameters in a state. */
export const trainedIn = (state: Readonly<Record<string, HostTensor>>): number =>
  Object.entries(state)
    .filter(([name]) => name.startsWith('params.'))
    .reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0);

/** Returns random initial values of a backbone. */
export async function freshBackbone(backbone: Backbone, seed: number): Promise<BackboneValues> {
  return withTfjs(async () => {
    const { params, statistics } = backbone.init(Rng.of(seed, 'backbone'));
    return { params: await read(params), statistics: await read(statistics) };
  });
}

/** Copies a tree to the host and disposes of it. */
async function read(params: Params): Promise<HostParams> {
  const entries = Object.entries(flattenParams(params)).map(
    async ([name, tensor]) => [name, await readTensor(tensor)] as const,
  );
  const values = Object.fromEntries(await Promise.all(entries));
  disposeParams(params);
  return unflattenParams(values);
}
