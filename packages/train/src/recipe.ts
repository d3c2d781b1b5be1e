import { type Augmentation, flipOnly } from '@hm/datasets/browser';
import type { OptimizerConfig } from './optimize/optimizer-of.ts';
import type { MixedPrecision } from './optimize/scale-loss.ts';
import type { Stage } from './optimize/stages.ts';
import type { WeightDecay } from './optimize/weight-decay.ts';
import type { Sampler } from './sampling/sampler.ts';
import type { Schedule } from './schedule.ts';

/** Partial FC: how many of the classes a step computes with. */
export interface PartialFc {
  /** The share of all classes, those of the batch included. The authors use 0.1 to 0.3. */
  sampleRate: number;
}

/** How to train, as plain data: a run's configuration holds it, and a changed copy is a recipe of your own. */
export interface Recipe {
  /** Name in reports. */
  name: string;
  epochs: number;
  /** Images in a step. An epoch leaves out the last ones that do not fill a batch, another few each time. */
  batchSize: number;
  /** The peak, which the schedule scales. */
  learningRate: number;
  schedule: Schedule;
  optimizer: OptimizerConfig;
  /** For all parameters, or for each kind. */
  weightDecay: WeightDecay;
  /** The largest norm of the gradient of all parameters together, before decay; longer ones are scaled down. Default: none. */
  clipNorm?: number;
  /** Computes each step with a share of the classes, drawn at random. Default: all of them. */
  partialFc?: PartialFc;
  /**
   * Keeps an exponential moving average of the network's weights and statistics, with this decay: 0.999 for example.
   * Validation and, when asked, the export use it. Default: none.
   */
  averageDecay?: number;
  /**
   * Sums the gradients of this many batches of `batchSize / accumulate` images before an update, for a network that does
   * not fit into memory. The gradient is that of the whole batch, but for batch normalisation, whose batch is the small
   * one, and losses that look at the batch. Default: one batch, no sum.
   */
  accumulate?: number;
  /**
   * Where several processes share a batch, whose statistics batch normalisation takes: `synchronized` those of the whole
   * batch, so that their number changes nothing; `local` (default) those of the process's part, which needs one message a
   * step and not one for each layer. Running statistics are then the mean over the processes.
   */
  batchNorm?: 'local' | 'synchronized';
  /**
   * Multiplies matrices and convolves in half precision, with a scaled loss: parameters, normalisation, losses and the
   * update stay in single. A step whose gradients overflow is left out. Faster and smaller on graphics processors; the
   * CPU rounds as they do, and is slower. Default false.
   */
  mixedPrecision?: boolean | MixedPrecision;
  /** Parameters that stay as they are, by name: `backbone.stem.*`. `*` stands for any characters. Default: none. */
  freeze?: readonly string[];
  /**
   * Pulls the network's trained parameters towards the values that the run began with: the gradient of
   * `towardsStart / 2 · ‖p − p₀‖²` is added to theirs. For networks that were trained before. Default: none.
   */
  towardsStart?: number;
  /**
   * Keeps the network's embeddings near those of the network that the run began with: `distill · mean(1 − cos)` is added to
   * the loss, over the images of the option `unlabeled` of {@link train}, or of the batch where there are none. Default: none.
   *
   * @see Z. Li and D. Hoiem, Learning without forgetting, arXiv 1606.09282
   */
  distill?: number;
  /** Parameters with learning rates of their own, and from some step on: first the last layers, for example. Default: none. */
  stages?: readonly Stage[];
  /** In which order an epoch reads the images. Default: every image once, shuffled. */
  sampler?: Sampler;
  /** Random changes to the images. */
  augment: Augmentation;
}

/**
 * The paper's recipe: batch 64, learning rate 0.01, divided by ten at epochs 8, 12 and 16, 20 epochs, SGD with momentum.
 * The paper states neither momentum, weight decay nor augmentation: 0.9, 5e-4 on all parameters (PyTorch's way) and
 * mirroring are the field's usual choices, not its own.
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

/** For few images and little time: learning rate 0.05 after a quarter of an epoch of warm-up, a cosine to 0, 8 epochs. */
export const quick: Recipe = {
  ...paper,
  name: 'quick',
  epochs: 8,
  learningRate: 0.05,
  schedule: { kind: 'cosine', warmupEpochs: 0.25 },
};
