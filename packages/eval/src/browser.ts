/** Entry point for browsers, on onnxruntime-web: models are given by URL or as bytes, images as aligned pixels. */
export {
  type Embedder,
  type EmbedderImage,
  type EmbedderOptions,
  type EmbedOptions,
  loadEmbedder,
} from './embedder/embedder.ts';
export type { Flip } from './embedder/flip.ts';
export { areaUnderCurve } from './metrics/area-under-curve.ts';
export { bestThreshold, type Threshold, type ThresholdSearch } from './metrics/best-threshold.ts';
export {
  type CrossValidation,
  crossValidate,
  type FoldedPairs,
  type FoldResult,
} from './metrics/cross-validate.ts';
export { type RocCurve, rocCurve } from './metrics/curve.ts';
export { equalErrorRate } from './metrics/equal-error-rate.ts';
export type { ScoredPairs } from './metrics/scored-pairs.ts';
export { mean, standardDeviation, standardError } from './metrics/spread.ts';
export { type TarAtFar, tarAtFar } from './metrics/tar-at-far.ts';
export { type ValidationRate, validationRate } from './metrics/validation-rate.ts';
export { toJson } from './report/report-json.ts';
export { toMarkdown } from './report/report-markdown.ts';
export { type ExactIndexOptions, exactIndex } from './search/exact-index.ts';
export type { GalleryIndex, Matches } from './search/gallery-index.ts';
export type { Interval } from './statistics/binomial.ts';
export {
  type CalibratedThreshold,
  type CalibrateOptions,
  type Calibration,
  calibrate,
  probabilityOf,
} from './statistics/calibrate.ts';
export { calibrateModel, isModelCalibration, type ModelCalibration } from './statistics/model-calibration.ts';
export type { ImageFacts } from './templates/image-facts.ts';
export { type PoolingOptions, poolTemplates } from './templates/pool-templates.ts';
export { type PairwiseAggregation, templateDistances } from './templates/template-distances.ts';
export { type Distance, pairDistances } from './verification/pair-distances.ts';
export { type EmbeddingSource, scoreEmbeddings } from './verification/score-embeddings.ts';
export type { ScoreOptions, TemplateOptions } from './verification/score-options.ts';
export { type ValidatorOptions, validator } from './verification/validator.ts';
export type { PairScore, VerificationResult } from './verification/verification-result.ts';
export { type VerifyOptions, verify } from './verification/verify.ts';
export { verifyHeldOut } from './verification/verify-held-out.ts';
