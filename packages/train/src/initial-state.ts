import type { Head } from '@hm/losses';
import type { Backbone } from '@hm/resnet';
import { disposeParams, flattenParams, type HostTensor, type Params, Rng, readTensor } from '@hm/tensor';
import { prefixed } from './step/records.ts';
import { stepState } from './step/step-state.ts';
import type { StepRecipe } from './step/training-step.ts';
import { withTfjs } from './with-tfjs.ts';

type HostTensors = Record<string, HostTensor>;

/** A backbone's values, by their dotted names. */
export interface BackboneValues {
  params: HostTensors;
  statistics: HostTensors;
}

/** What a first state is made of. */
export interface InitialStateOptions {
  backbone: Backbone;
  head: Head;
  classes: number;
  seed: number;
  recipe: StepRecipe;
  /** Instead of fresh values of the backbone. */
  pretrained?: BackboneValues | undefined;
}

/** The state before the first step, which depends on the seed and on `pretrained` alone. */
export async function initialState(options: InitialStateOptions): Promise<HostTensors> {
  const { backbone, head, classes, seed, recipe, pretrained } = options;
  return withTfjs(async () => {
    const size = { classes, embeddingSize: backbone.embeddingSize };
    const { params, statistics } = pretrained ?? (await freshBackbone(backbone, seed));
    const headParams = await read(head.init(Rng.of(seed, 'head'), size));
    const headStatistics = await read(head.initStatistics?.(Rng.of(seed, 'headStatistics'), size) ?? {});
    const trained = { ...prefixed('backbone.', params), ...prefixed('head.', headParams) };
    return stepState(recipe, {
      ...prefixed('params.', trained),
      ...prefixed('statistics.', statistics),
      ...prefixed('headStatistics.', headStatistics),
    });
  });
}

/** Fresh values of a backbone. */
export async function freshBackbone(backbone: Backbone, seed: number): Promise<BackboneValues> {
  return withTfjs(async () => {
    const { params, statistics } = backbone.init(Rng.of(seed, 'backbone'));
    return { params: await read(params), statistics: await read(statistics) };
  });
}

/** Copies a tree to the host and disposes of it. */
async function read(params: Params): Promise<HostTensors> {
  const entries = Object.entries(flattenParams(params)).map(
    async ([name, tensor]) => [name, await readTensor(tensor)] as const,
  );
  const values = Object.fromEntries(await Promise.all(entries));
  disposeParams(params);
  return values;
}
