import type { Params, Rng } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Layer, Mode } from './layers.ts';

/** Variables of a network. */
export interface Variables {
  /** The trained parameters. */
  params: Params;
  /** The running statistics of batch normalizations. */
  statistics: Params;
}

/**
 * A network that computes embeddings of aligned faces. It holds no state: each call takes the variables and returns new
 * statistics.
 */
export interface Backbone {
  /** Name of the network, such as `resnet18`. */
  readonly name: string;
  /** Options as plain data. The factory makes the same network from them. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Length of an embedding. */
  readonly embeddingSize: number;
  /** Height and width of the images. */
  readonly imageSize: readonly [height: number, width: number];
  /** Returns new variables. The caller disposes of them. */
  init(rng: Rng): Variables;
  /** Computes embeddings `[B, embeddingSize]` of images `[B, H, W, 3]`, float32 and normalised. */
  apply(variables: Variables, images: Tensor4D, mode: Mode): { embeddings: Tensor2D; statistics: Params };
}

/** A network and the properties of its backbone. */
export interface BackboneParts extends Omit<Backbone, 'config' | 'init' | 'apply'> {
  /** Options to record. Default none. */
  config?: Backbone['config'];
  /** The layers, from images `[B, H, W, 3]` to embeddings `[B, embeddingSize]`. */
  network: Layer;
}

/**
 * Makes a backbone from layers.
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
