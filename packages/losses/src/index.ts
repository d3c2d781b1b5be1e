export { type ASoftmaxOptions, aSoftmax } from './a-softmax.ts';
export type { Annealing } from './annealing.ts';
export { type ArcFaceOptions, arcFace } from './arc-face.ts';
export { type CosFaceOptions, cosFace } from './cos-face.ts';
export {
  describeHardMining,
  type HardMiningDescription,
  type LossPoint,
} from './describe-hard-mining.ts';
export { type AdaptiveHardSamplesOptions, adaptiveHardSamples } from './embedding/adaptive-hard-samples.ts';
export { type CentreLossOptions, centreLoss } from './embedding/centre-loss.ts';
export { type CircleLossOptions, circleLoss } from './embedding/circle-loss.ts';
export { type ContrastiveOptions, contrastive } from './embedding/contrastive.ts';
export { embeddingHead } from './embedding/embedding-head.ts';
export type { EmbeddingLoss } from './embedding/embedding-loss.ts';
export { joint, type WeightedLoss } from './embedding/joint.ts';
export { type MarginalLossOptions, marginalLoss } from './embedding/marginal-loss.ts';
export { type MinimumMarginOptions, minimumMargin } from './embedding/minimum-margin.ts';
export { type MsmlOptions, msml } from './embedding/msml.ts';
export { type TripletOptions, triplet } from './embedding/triplet.ts';
export { hardMining } from './hard-mining.ts';
export { type HardMiningConfig, type HardMiningOptions, hardMiningLoss } from './hard-mining-loss.ts';
export type { Head, HeadResult, HeadSize } from './head.ts';
export { type HeadOptions, headByName, headNames } from './head-by-name.ts';
export { type Margin, marginCrossEntropy, type TargetLogit } from './margin-cross-entropy.ts';
export { type PlotOptions, plotHardMining } from './plot/plot-hard-mining.ts';
export { type DoppelgangerOptions, doppelgangerBatches } from './sampling/doppelganger-batches.ts';
export { nearestClasses } from './sampling/nearest-classes.ts';
export { type SoftmaxOptions, softmax } from './softmax.ts';
