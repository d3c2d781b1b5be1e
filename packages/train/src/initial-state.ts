import type { Head } from '@hm/losses';
import type { Backbone } from '@hm/resnet';
import {
  disposeParams,
  flattenParams,
  type HostTensor,
  hostZeros,
  type Params,
  Rng,
  readTensor,
} from '@hm/tensor';
import { prefixed } from './training-step.ts';
import { withTfjs } from './with-tfjs.ts';

/** The state before the first step, which depends on the seed alone. */
export async function initialState(
  backbone: Backbone,
  head: Head,
  classes: number,
  seed: number,
): Promise<Record<string, HostTensor>> {
  return withTfjs(async () => {
    const { params, statistics } = backbone.init(Rng.of(seed, 'backbone'));
    const { embeddingSize } = backbone;
    const headParams = head.init(Rng.of(seed, 'head'), { classes, embeddingSize });
    const headStatistics = head.initStatistics?.(Rng.of(seed, 'headStatistics'), { classes, embeddingSize });
    const trained = await read({ backbone: params, head: headParams });
    const zeros = Object.entries(trained).map(([name, { shape }]) => [name, hostZeros('float32', shape)]);
    return {
      ...prefixed('params.', trained),
      ...prefixed('momentum.', Object.fromEntries(zeros) as typeof trained),
      ...prefixed('statistics.', await read(statistics)),
      ...prefixed('headStatistics.', await read(headStatistics ?? {})),
    };
  });
}

/** Copies a tree to the host and disposes of it. */
async function read(params: Params): Promise<Record<string, HostTensor>> {
  const entries = Object.entries(flattenParams(params)).map(
    async ([name, tensor]) => [name, await readTensor(tensor)] as const,
  );
  const values = Object.fromEntries(await Promise.all(entries));
  disposeParams(params);
  return values;
}
