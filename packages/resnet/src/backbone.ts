import type { Params, Rng } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Layer, Mode } from './layers.ts';

/** Variables of a network: trained parameters, and batch-norm statistics, which are carried along. */
export interface Variables {
  params: Params;
  statistics: Params;
}

/**
 * A network from aligned faces to embeddings. It holds no state: variables go in with every call, and new
 * statistics come out.
 */
export interface Backbone {
  readonly name: string;
  /** Plain data that, given to the factory again, makes the same network. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly embeddingSize: number;
  /** Height and width of the images. */
  readonly imageSize: readonly [height: number, width: number];
  /** Fresh variables. The caller disposes of them. */
  init(rng: Rng): Variables;
  /** Images `[B, H, W, 3]` float32, normalised, to embeddings `[B, embeddingSize]`. */
  apply(variables: Variables, images: Tensor4D, mode: Mode): { embeddings: Tensor2D; statistics: Params };
}

/** A network, and what it takes and gives. */
export interface BackboneParts extends Omit<Backbone, 'config' | 'init' | 'apply'> {
  /** Default none. */
  config?: Backbone['config'];
  /** From images `[B, H, W, 3]` to embeddings `[B, embeddingSize]`. */
  network: Layer;
}

/**
 * A backbone of layers.
 *
 * @example
 * const network = sequential({ filter: conv(3, 16, { stride: 4 }), norm: norm(16), relu, average: globalAverage });
 * const backbone = backboneOf({ name: 'tiny', network, embeddingSize: 16, imageSize: [32, 32] });
 */
export const backboneOf = (parts: BackboneParts): Backbone => {
  checkArguments('backboneOf', { parts }, { parts: { has: ['network', 'name'] } });
  const { network, config = {}, ...rest } = parts;
  return {
    ...rest,
    config,
    init: (rng) => network.init(rng) as Variables,
    apply(variables, images, mode) {
      const { output, statistics } = network.apply(variables, images, mode);
      return { embeddings: output as Tensor2D, statistics };
    },
  };
};
