import { trace } from '@hm/onnx';
import type { Backbone, Variables } from '@hm/resnet';
import { disposeParams } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** How an exported file takes images: `[N, 3, H, W]` or `[N, H, W, 3]`. */
export type ImageLayout = 'nchw' | 'nhwc';

/** A network for inference as an ONNX graph, input `input`, output `embedding`. Disposes of the variables. */
export function networkGraph(backbone: Backbone, variables: Variables, layout: ImageLayout): Uint8Array {
  const [height, width] = backbone.imageSize;
  try {
    return trace(
      ({ input }) => {
        const images = layout === 'nchw' ? tf.transpose(input!, [0, 2, 3, 1]) : input!;
        return { embedding: backbone.apply(variables, images as tf.Tensor4D, 'inference').embeddings };
      },
      { input: { shape: layout === 'nchw' ? ['N', 3, height, width] : ['N', height, width, 3] } },
    );
  } finally {
    disposeParams(variables.params);
    disposeParams(variables.statistics);
  }
}
