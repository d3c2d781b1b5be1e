export { type BinaryWeights, binaryCrossEntropy } from './core/binary-cross-entropy.ts';
export {
  type Margin,
  marginCrossEntropy,
  type OtherLogits,
  type OtherMargin,
  type TargetLogit,
} from './core/margin-cross-entropy.ts';
export type { Annealing, OptionSpec, OptionSpecs } from './core/options.ts';
export { describeRange } from './core/options.ts';
export {
  type AdaptiveHardSamplesOptions,
  adaptiveHardSamples,
} from './decorators/adaptive-hard-samples.ts';
export {
  describeHardMining,
  type HardMiningDescription,
  hardMiningLimit,
  hardMiningSlope,
  type LossPoint,
} from './decorators/describe-hard-mining.ts';
export { type FocalOptions, focal, focalLoss } from './decorators/focal-loss.ts';
export { hardMining, hardMiningOf } from './decorators/hard-mining.ts';
export {
  type HardMiningConfig,
  type HardMiningOptions,
  hardMiningLoss,
} from './decorators/hard-mining-loss.ts';
export { hardestLosses, type OhemOptions, ohem } from './decorators/hardest-losses.ts';
export { type LabelSmoothingOptions, labelSmoothing } from './decorators/label-smoothing.ts';
export { type CenterLossOptions, centerLoss } from './embedding/center-loss.ts';
export { type CircleLossOptions, circleLoss } from './embedding/circle-loss.ts';
export { type ContrastiveOptions, contrastive } from './embedding/contrastive.ts';
export { type EmbeddingLoss, embeddingHead } from './embedding/embedding-loss.ts';
export { joint, type WeightedLoss } from './embedding/joint.ts';
export { type MarginalLossOptions, marginalLoss } from './embedding/marginal-loss.ts';
export { type MinimumMarginOptions, minimumMargin } from './embedding/minimum-margin.ts';
export { type MsmlOptions, msml } from './embedding/msml.ts';
export { type TripletOptions, triplet } from './embedding/triplet.ts';
export type { Head, HeadConfig, HeadResult, HeadSize } from './head.ts';
export { optionsOf } from './head-catalog.ts';
export { headFromConfig } from './head-from-config.ts';
export {
  additionNames,
  decoratorPrefixes,
  type HeadOptions,
  headByName,
  headConfig,
  headShorthand,
  lossNames,
  withLabelSmoothing,
} from './head-shorthand.ts';
export { type ASoftmaxOptions, aSoftmax } from './heads/a-softmax.ts';
export { type AdaFaceOptions, adaFace } from './heads/ada-face.ts';
export { type AdaptiveFaceOptions, adaptiveFace } from './heads/adaptive-face.ts';
export { type AmSoftmaxOptions, amSoftmax } from './heads/am-softmax.ts';
export { type ArcFaceOptions, arcFace } from './heads/arc-face.ts';
export { classWeights } from './heads/class-weights.ts';
export { type CombinedMarginOptions, combinedMargin } from './heads/combined-margin.ts';
export { type CosFaceOptions, cosFace } from './heads/cos-face.ts';
export { cosineHead } from './heads/cosine-head.ts';
export { type CurricularFaceOptions, curricularFace } from './heads/curricular-face.ts';
export { type LSoftmaxOptions, lSoftmax } from './heads/l-softmax.ts';
export { linearHead } from './heads/linear-head.ts';
export { type MagFaceOptions, magFace } from './heads/mag-face.ts';
export { type MvSoftmaxOptions, mvSoftmax } from './heads/mv-softmax.ts';
export { type SoftMarginSoftmaxOptions, softMarginSoftmax } from './heads/soft-margin-softmax.ts';
export { type SoftmaxOptions, softmax } from './heads/softmax.ts';
export { type SphereFace2Options, sphereFace2 } from './heads/sphere-face2.ts';
export { type SubCenterArcFaceOptions, subCenterArcFace } from './heads/sub-center-arc-face.ts';
export { type UniFaceOptions, uniFace } from './heads/uni-face.ts';
export { hasClasses, putClasses, takeClasses } from './partial/class-rows.ts';
export { type ClassSample, type SampleClassesOptions, sampleClasses } from './partial/sample-classes.ts';
export { type PlotOptions, plotHardMining } from './plot/plot-hard-mining.ts';
export { type DoppelgangerOptions, doppelgangerBatches } from './sampling/doppelganger-batches.ts';
export { nearestClasses } from './sampling/nearest-classes.ts';
