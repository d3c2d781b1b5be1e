import { l2Normalize } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import { type EmbeddingLoss, embeddingLoss } from './embedding-loss.ts';
import { largestWhere } from './largest-where.ts';
import { distanceLosses, type PairTerms } from './pair-losses.ts';
import { type Pairs, pairsOf, perCounted } from './pairs.ts';

/** Specifications of the options of {@link triplet}. */
export const tripletOptions = optionSpecs({
  margin: {
    default: 0.2,
    above: 0,
    doc: 'α, by how much the negative must be further away than the positive, in squared distance',
  },
  mining: {
    default: 'semi-hard',
    choices: ['semi-hard', 'hard', 'all'],
    doc: 'negatives further than the positive by less than the margin; each anchor’s hardest pair; or all triplets',
  },
});

/** Options of {@link triplet}; {@link optionsOf} has the defaults. */
export type TripletOptions = OptionsOf<typeof tripletOptions>;

/**
 * Triplet loss: the mean over the counted triplets (anchor, positive, negative) of `max(0, d_ap² − d_an² + α)`, where d
 * is the distance of unit embeddings. A sample's loss is the sum over the triplets with it as the anchor, times B and
 * divided by the number of counted triplets in the batch. It is 0 for a sample that anchors none. `all` and `semi-hard`
 * need memory for `B³` numbers.
 *
 * @throws {InvalidArgumentError} unless `margin > 0` and `mining` is one of its choices.
 * @see F. Schroff et al., FaceNet, CVPR 2015; for `hard`, A. Hermans et al., In Defense of the Triplet Loss, 2017
 * @example
 * const losses = triplet({ mining: 'hard' }).losses(embeddings, labels);
 */
export function triplet(options: TripletOptions = {}): EmbeddingLoss {
  const config = resolveOptions('triplet', tripletOptions, options);
  const { margin, mining } = config;
  const terms = mining === 'hard' ? hardestTriplets : everyTriplet(mining === 'semi-hard');
  return embeddingLoss({ name: 'triplet', ...config }, (embeddings, labels) =>
    distanceLosses(l2Normalize(embeddings), (squared) => terms(squared, pairsOf(labels), margin)),
  );
}

/** Computes all triplets in one tensor `[anchor, positive, negative]`. */
const everyTriplet =
  (semiHard: boolean) =>
  (squared: tf.Tensor2D, { positive, negative }: Pairs, margin: number): PairTerms => {
    const excess = tf.add(tf.sub(tf.expandDims(squared, 2), tf.expandDims(squared, 1)), margin);
    const valid = tf.mul(tf.expandDims(positive, 2), tf.expandDims(negative, 1));
    const active = tf.mul(valid, tf.step(excess));
    const counted = semiHard ? tf.mul(active, tf.step(tf.sub(margin, excess))) : valid;
    const pulling = semiHard ? counted : active;
    const scale = perCounted(counted, squared.shape[0]);
    return {
      losses: tf.mul(scale, tf.sum(tf.mul(pulling, excess), [1, 2])),
      slopes: tf.mul(scale, tf.sub(tf.sum(pulling, 2), tf.sum(pulling, 1))),
    };
  };

/** Uses one triplet per anchor. Samples that tie share its gradient. */
function hardestTriplets(squared: tf.Tensor2D, { positive, negative }: Pairs, margin: number): PairTerms {
  const [farthest, closest] = [
    largestWhere(squared, positive, 1),
    largestWhere(tf.neg(squared), negative, 1),
  ];
  const counted = tf.mul(farthest.found, closest.found);
  const excess = tf.add(tf.add(farthest.value, closest.value), margin);
  const gate = tf.mul(tf.mul(counted, perCounted(counted, squared.shape[0])), tf.step(excess));
  return {
    losses: tf.reshape(tf.mul(gate, excess), [-1]),
    slopes: tf.mul(gate, tf.sub(farthest.share, closest.share)),
  };
}
