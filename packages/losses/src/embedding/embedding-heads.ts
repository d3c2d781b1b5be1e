import type { Head } from '../heads/head.ts';
import { type CentreLossOptions, centreLoss } from './centre-loss.ts';
import { type CircleLossOptions, circleLoss } from './circle-loss.ts';
import { type ContrastiveOptions, contrastive } from './contrastive.ts';
import { embeddingHead } from './embedding-head.ts';
import type { EmbeddingLoss } from './embedding-loss.ts';
import { joint } from './joint.ts';
import { type MarginalLossOptions, marginalLoss } from './marginal-loss.ts';
import { type MinimumMarginOptions, minimumMargin } from './minimum-margin.ts';
import { type MsmlOptions, msml } from './msml.ts';
import { type TripletOptions, triplet } from './triplet.ts';

/** The heads of embedding losses alone, by name. */
export const embeddingHeads = {
  triplet: (options?: TripletOptions) => embeddingHead(triplet(options)),
  contrastive: (options?: ContrastiveOptions) => embeddingHead(contrastive(options)),
  msml: (options?: MsmlOptions) => embeddingHead(msml(options)),
  marginal: (options?: MarginalLossOptions) => embeddingHead(marginalLoss(options)),
  circle: (options?: CircleLossOptions) => embeddingHead(circleLoss(options)),
};

/** The options of an embedding loss that is added to a head, and its weight there. */
type Weighted<Options> = Options & { weight?: number };

const adding =
  <Options>(make: (options?: Options) => EmbeddingLoss, defaultWeight: number) =>
  (head: Head, { weight = defaultWeight, ...options }: Weighted<Options> = {} as Weighted<Options>): Head =>
    joint(head, [{ loss: make(options as Options), weight }]);

/**
 * What may be added to a head, by the name that follows the plus sign: the head `ce+centre` is
 * `headAdditions.centre(softmax())`. The options are those under that name in the head's configuration.
 */
export const headAdditions = {
  triplet: adding(triplet, 1),
  contrastive: adding(contrastive, 0.05),
  msml: adding(msml, 1),
  marginal: adding(marginalLoss, 1),
  circle: adding(circleLoss, 1),
  centre: (head: Head, options?: CentreLossOptions) => centreLoss(head, options),
  'minimum-margin': (head: Head, options?: MinimumMarginOptions) => minimumMargin(head, options),
};

/** The options of what is added to a head, by name; a head's configuration holds them so. */
export type HeadAdditionOptions = {
  [Name in keyof typeof headAdditions]?: NonNullable<Parameters<(typeof headAdditions)[Name]>[1]>;
};
