import { type Augmentation, flipOnly } from '@hm/datasets/browser';
import type { OptimizerConfig } from '../optimize/optimizer-of.ts';
import type { MixedPrecision } from '../optimize/scale-loss.ts';
import type { Stage } from '../optimize/stages.ts';
import type { WeightDecay } from '../optimize/weight-decay.ts';
import type { Sampler } from '../sampling/sampler.ts';
import type { Schedule } from './schedule.ts';

/** Partial FC: each step computes with a part of the classes. */
export interface PartialFc {
  /** Share of all classes, including those of the batch. The authors use 0.1 to 0.3. */
  sampleRate: number;
}

/** How to train, as plain data. It is stored in the run's configuration. For a recipe of your own, change a copy. */
export interface Recipe {
  /** Name in reports. */
  name: string;
  epochs: number;
  /** Images per step. An epoch leaves out the last images if they do not fill a batch, different ones each time. */
  batchSize: number;
  /** Peak learning rate, which the schedule scales. */
  learningRate: number;
  schedule: Schedule;
  optimizer: OptimizerConfig;
  /** Weight decay for all parameters, or for each kind. */
  weightDecay: WeightDecay;
  /** Largest norm of the whole gradient, before weight decay; larger gradients are scaled down. Default: none. */
  clipNorm?: number;
  /** Computes each step with a share of the classes, drawn at random. Default: all of them. */
  partialFc?: PartialFc;
  /**
   * Keeps an exponential moving average of the network's weights and statistics, with this decay: 0.999 for example.
   * Validation uses it, and so does the export on request. Default: none.
   */
  averageDecay?: number;
  /**
   * Number of batches of `batchSize / accumulate` images whose gradients are summed before an update, for a network
   * that does not fit into memory. The gradient is that of the whole batch, except for batch normalisation, which sees
   * the small batch, and losses that look at the batch. Default: one batch, no sum.
   */
  accumulate?: number;
  /**
   * Statistics that batch normalisation uses when several processes share a batch. `synchronized` takes those of the
   * whole batch, so that the number of processes changes nothing. `local` (default) takes those of the process's own
   * part, which needs one message per step instead of one per layer. Running statistics are then the mean over the
   * processes.
   */
  batchNorm?: 'local' | 'synchronized';
  /**
   * Computes matrix products and convolutions in half precision, with a scaled loss. Parameters, normalisation, losses
   * and the update stay in single precision. A step whose gradients overflow is skipped. Faster and smaller on graphics
   * processors; the CPU rounds as they do, but is slower. Default false.
   */
  mixedPrecision?: boolean | MixedPrecision;
  /** Names of parameters that are not trained: `backbone.stem.*`. `*` stands for any characters. Default: none. */
  freeze?: readonly string[];
  /**
   * Pulls the network's trained parameters towards their initial values, by adding the gradient of
   * `towardsStart / 2 · ‖p − p₀‖²` to theirs. For pretrained networks. Default: none.
   */
  towardsStart?: number;
  /**
   * Keeps the network's embeddings near those of the initial network, by adding `distill · mean(1 − cos)` to the loss.
   * The mean is over the images of the option `unlabeled` of {@link train}, or over the batch if there are none.
   * Default: none.
   *
   * @see Z. Li and D. Hoiem, Learning without forgetting, arXiv 1606.09282
   */
  distill?: number;
  /** Parameters with a learning rate and first step of their own, for example the last layers first. Default: none. */
  stages?: readonly Stage[];
  /** Order in which an epoch reads the images. Default: every image once, shuffled. */
  sampler?: Sampler;
  /** Random changes to the images. */
  augment: Augmentation;
}

/**
 * The paper's recipe: batch 64, learning rate 0.01, divided by ten at epochs 8, 12 and 16, 20 epochs, SGD with momentum.
 * The paper states neither momentum, weight decay nor augmentation. 0.9, 5e-4 on all parameters (as in PyTorch) and
 * mirroring are the field's usual choices.
 *
 * @see Y. Srivastava et al., Hard-Mining loss, arXiv 1908.09747, section 4
 */
export const paper: Recipe = {
  name: 'paper',
  epochs: 20,
  batchSize: 64,
  learningRate: 0.01,
  schedule: { kind: 'step', milestones: [8, 12, 16], factor: 0.1 },
  optimizer: { kind: 'sgd', momentum: 0.9 },
  weightDecay: 5e-4,
  augment: flipOnly,
};

/** Recipe for few images and little time: 8 epochs, learning rate 0.05, a quarter epoch of warm-up, a cosine to 0. */
export const quick: Recipe = {
  ...paper,
  name: 'quick',
  epochs: 8,
  learningRate: 0.05,
  schedule: { kind: 'cosine', warmupEpochs: 0.25 },
};
