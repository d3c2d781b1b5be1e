export { type ASoftmaxOptions, aSoftmax } from './a-softmax.ts';
export type { MarginGradient } from './additive-angle.ts';
export type { Annealing } from './annealing.ts';
export { type ArcFaceOptions, arcFace } from './arc-face.ts';
export { type BinaryWeights, binaryCrossEntropy } from './binary-cross-entropy.ts';
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
export { type FocalOptions, focal, focalLoss } from './focal-loss.ts';
export { hardMining } from './hard-mining.ts';
export { type HardMiningConfig, type HardMiningOptions, hardMiningLoss } from './hard-mining-loss.ts';
export { hardestLosses, type OhemOptions, ohem } from './hardest-losses.ts';
export type { Head, HeadResult, HeadSize } from './head.ts';
export { additionNames, type HeadOptions, headByName, headNames } from './head-by-name.ts';
export { type AdaFaceOptions, adaFace } from './heads/ada-face.ts';
export { type AdaptiveFaceOptions, adaptiveFace } from './heads/adaptive-face.ts';
export { amSoftmax } from './heads/am-softmax.ts';
export { type CombinedMarginOptions, combinedMargin } from './heads/combined-margin.ts';
export { type CurricularFaceOptions, curricularFace } from './heads/curricular-face.ts';
export { type LSoftmaxOptions, lSoftmax } from './heads/l-softmax.ts';
export { type MagFaceOptions, magFace } from './heads/mag-face.ts';
export { type MvSoftmaxOptions, mvSoftmax } from './heads/mv-softmax.ts';
export { type SoftMarginSoftmaxOptions, softMarginSoftmax } from './heads/soft-margin-softmax.ts';
export { type SphereFace2Options, sphereFace2 } from './heads/sphere-face2.ts';
export { type SubCenterArcFaceOptions, subCenterArcFace } from './heads/sub-center-arc-face.ts';
export { type UniFaceOptions, uniFace } from './heads/uni-face.ts';
export {
  type Margin,
  marginCrossEntropy,
  type OtherLogits,
  type OtherMargin,
  type TargetLogit,
} from './margin-cross-entropy.ts';
export { hasClasses, putClasses, takeClasses } from './partial/class-columns.ts';
export { type ClassSample, type SampleClassesOptions, sampleClasses } from './partial/sample-classes.ts';
export { type PlotOptions, plotHardMining } from './plot/plot-hard-mining.ts';
export { type DoppelgangerOptions, doppelgangerBatches } from './sampling/doppelganger-batches.ts';
export { nearestClasses } from './sampling/nearest-classes.ts';
export { type SoftmaxOptions, softmax } from './softmax.ts';
