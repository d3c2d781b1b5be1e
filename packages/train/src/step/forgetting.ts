import type { Backbone, Variables } from '@hm/resnet';
import { l2Normalize, type Params } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainState } from '../optimize/transform.ts';

/**
 * How far the embeddings are from those of the network that the run began with: the mean of `1 − cos`, over the images
 * without labels if there are some, which pass as in inference, else over the batch.
 *
 * @param pass of the batch.
 */
export function forgetting(
  backbone: Backbone,
  variables: Variables,
  pass: { embeddings: tf.Tensor2D },
  { teacher }: TrainState,
  { images, unlabeled }: Record<string, tf.Tensor>,
): tf.Scalar {
  const seen = (unlabeled ?? images) as tf.Tensor4D;
  const { params = {}, statistics = {} } = teacher as Record<string, Params>;
  const wanted = backbone.apply({ params, statistics }, seen, 'inference').embeddings;
  const given =
    unlabeled === undefined ? pass.embeddings : backbone.apply(variables, seen, 'inference').embeddings;
  const cosines = tf.sum(tf.mul(l2Normalize(given), l2Normalize(wanted)), 1);
  return tf.sub(1, tf.mean(cosines));
}
