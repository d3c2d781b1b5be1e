export {
  type Embedder,
  type EmbedderImage,
  type EmbedderOptions,
  type EmbedOptions,
  loadEmbedder,
} from './embedder/embedder.ts';
export type { Flip } from './embedder/flip.ts';
export type { EmbeddingTable } from './embeddings-file/embedding-table.ts';
export {
  decodeEmbeddings,
  type EmbeddingsFormat,
  encodeEmbeddings,
} from './embeddings-file/embeddings-file.ts';
export {
  type GroupComparison,
  type GroupRates,
  type GroupRatesOptions,
  type GroupsInPairs,
  groupRates,
  type WorstGroup,
} from './groups/group-rates.ts';
export { peopleInPairs } from './groups/people-in-pairs.ts';
export {
  type FindMislabeledOptions,
  findMislabeled,
  type MislabeledImage,
} from './hygiene/find-mislabeled.ts';
export {
  type FindSamePeopleOptions,
  findSamePeople,
  type SamePeople,
  type SamePeopleResult,
} from './hygiene/find-same-people.ts';
export type { PersonName } from './hygiene/person-centers.ts';
export { type IdentificationResult, type IdentifyOptions, identify } from './identification/identify.ts';
export {
  type DistractorResult,
  identifyAmongDistractors,
} from './identification/identify-among-distractors.ts';
export type { LabeledEmbeddings } from './identification/labeled-embeddings.ts';
export { type TpirAtFpir, tpirAtFpir } from './identification/open-set.ts';
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
export { type DiscardPoint, errorVersusDiscard } from './metrics/error-versus-discard.ts';
export type { ScoredPairs } from './metrics/scored-pairs.ts';
export { mean, standardDeviation, standardError } from './metrics/spread.ts';
export { type TarAtFar, tarAtFar } from './metrics/tar-at-far.ts';
export { type ValidationRate, validationRate } from './metrics/validation-rate.ts';
export {
  type ComparisonCell,
  type ComparisonRow,
  type ComparisonTable,
  compareWithPaper,
  type PaperComparison,
} from './report/compare-with-paper.ts';
export { comparisonHtml, comparisonMarkdown } from './report/comparison-text.ts';
export type { EvaluatedRun } from './report/evaluated-run.ts';
export { type PaperRow, type PaperTable, paperTables } from './report/paper.ts';
export { type ReadEvaluationsOptions, readEvaluations } from './report/read-evaluations.ts';
export { toJson } from './report/report-json.ts';
export { toMarkdown } from './report/report-markdown.ts';
export { type HtmlReportOptions, toHtml } from './report/to-html.ts';
export { type ApproximateIndexOptions, approximateIndex } from './search/approximate-index.ts';
export { type ExactIndexOptions, exactIndex } from './search/exact-index.ts';
export type { GalleryIndex, Matches } from './search/gallery-index.ts';
export { clopperPearson, type Interval } from './statistics/binomial.ts';
export { type BootstrapOptions, bootstrap } from './statistics/bootstrap.ts';
export {
  type CalibratedThreshold,
  type CalibrateOptions,
  type Calibration,
  calibrate,
  probabilityOf,
} from './statistics/calibrate.ts';
export { type Comparison, compareResults } from './statistics/compare-results.ts';
export type { Isotonic } from './statistics/isotonic.ts';
export { type McNemar, mcnemar } from './statistics/mcnemar.ts';
export { meanInterval } from './statistics/mean-interval.ts';
export { calibrateModel, isModelCalibration, type ModelCalibration } from './statistics/model-calibration.ts';
export {
  type DetectionOptions,
  type Difference,
  holm,
  pairedDifference,
  type SeedDifference,
  seedDifference,
  smallestDetectable,
} from './statistics/paired-difference.ts';
export { bootstrapOverPeople } from './statistics/people-bootstrap.ts';
export type { Logistic } from './statistics/platt.ts';
export { type RateEstimate, rateInterval } from './statistics/rate-interval.ts';
export { readModelCalibration } from './statistics/read-model-calibration.ts';
export type { PeopleInPairs } from './statistics/shared-people.ts';
export {
  type VerificationIntervals,
  type VerificationIntervalsOptions,
  verificationIntervals,
} from './statistics/verification-intervals.ts';
export type { ImageFacts } from './templates/image-facts.ts';
export { type PoolingOptions, poolTemplates } from './templates/pool-templates.ts';
export { type PairwiseAggregation, templateDistances } from './templates/template-distances.ts';
export { type Distance, pairDistances } from './verification/pair-distances.ts';
export { type EmbeddingSource, scoreEmbeddings } from './verification/score-embeddings.ts';
export type { ScoreOptions, TemplateOptions } from './verification/score-options.ts';
export { type ValidatorOptions, validator } from './verification/validator.ts';
export type {
  ErrorVersusDiscard,
  PairScore,
  VerificationResult,
} from './verification/verification-result.ts';
export { type VerifyOptions, verify } from './verification/verify.ts';
export { verifyHeldOut } from './verification/verify-held-out.ts';
