import { type Augmentation, flipOnly } from '@hm/datasets';
import type { PartialFc } from './partial-program.ts';
import type { Schedule } from './schedule.ts';

/** How to train, as plain data: a run's configuration holds it, and a changed copy is a recipe of one's own. */
export interface Recipe {
  /** What reports call it. */
  name: string;
  epochs: number;
  /** Images in a step. An epoch leaves out the last ones that do not fill a batch, another few each time. */
  batchSize: number;
  /** The peak, which the schedule scales. */
  learningRate: number;
  schedule: Schedule;
  /** Of stochastic gradient descent: `v ← momentum·v + g`, `p ← p − learningRate·v`. */
  momentum: number;
  /** `g ← g + weightDecay·p`. */
  weightDecay: number;
  /** Decay parameters of rank 0 and 1 too: scales and offsets of normalisations, biases, PReLU slopes. */
  decayNorms: boolean;
  /** The largest norm of the gradient of all parameters together, before decay; longer ones are scaled down. Default: none. */
  clipNorm?: number;
  /** Computes each step with a share of the classes, drawn at random. Default: all of them. */
  partialFc?: PartialFc;
  /** Random changes to the images. */
  augment: Augmentation;
}

/**
 * The paper's recipe: batch 64, learning rate 0.01, divided by ten at epochs 8, 12 and 16, 20 epochs, SGD with momentum.
 * The paper states neither momentum, weight decay nor augmentation: 0.9, 5e-4 on all parameters (PyTorch's way) and
 * mirroring are the field's usual choices, not its own.
 *
 * @see S. Srivastava et al., Hard-Mining loss, arXiv 1908.09747, section 4
 */
export const paper: Recipe = {
  name: 'paper',
  epochs: 20,
  batchSize: 64,
  learningRate: 0.01,
  schedule: { kind: 'step', milestones: [8, 12, 16], factor: 0.1 },
  momentum: 0.9,
  weightDecay: 5e-4,
  decayNorms: true,
  augment: flipOnly,
};

/** For few images and little time: learning rate 0.05 after a quarter of an epoch of warm-up, a cosine to 0, 8 epochs. */
export const quick: Recipe = {
  ...paper,
  name: 'quick',
  epochs: 8,
  learningRate: 0.05,
  schedule: { kind: 'cosine', warmupEpochs: 0.25 },
};
