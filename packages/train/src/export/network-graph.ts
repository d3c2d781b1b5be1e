import type { Backbone, Variables } from '@hm/resnet';
import { flattenParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** Layout of an exported file's input: `[N, 3, H, W]` or `[N, H, W, 3]`. */
export type ImageLayout = 'nchw' | 'nhwc';

/** Network for inference as `trace` and `exportOnnx` take it: input `input`, output `embedding`, named parameters. */
export function inferenceGraph(backbone: Backbone, { params, statistics }: Variables, layout: ImageLayout) {
  const [height, width] = backbone.imageSize;
  return {
    run: ({ input }: Record<string, tf.Tensor>) => {
      const images = layout === 'nchw' ? tf.transpose(input!, [0, 2, 3, 1]) : input!;
      const { embeddings } = backbone.apply({ params, statistics }, images as tf.Tensor4D, 'inference');
      return { embedding: embeddings };
    },
    inputs: { input: { shape: layout === 'nchw' ? ['N', 3, height, width] : ['N', height, width, 3] } },
    parameters: { ...flattenParams(params), ...flattenParams(statistics) },
  };
}
