export { countCells, readyCells, type StudyCell } from './cells.ts';
export {
  type ComparedLoss,
  type CompareLossesOptions,
  type ComparisonEvent,
  compareLosses,
} from './compare/compare-losses.ts';
export type { ComparisonData } from './compare/comparison-data.ts';
export { type ComparisonReport, comparisonMarkdown, comparisonReport } from './compare/comparison-report.ts';
export {
  type ComparisonAlignment,
  type PhotographComparisonOptions,
  photographComparison,
} from './compare/photograph-comparison.ts';
export { type RenderedComparisonOptions, renderedComparison } from './compare/rendered-comparison.ts';
export type { DrawnData, PhotographData } from './data/data-plan.ts';
export { type NoisyData, withLabelNoise } from './data/label-noise.ts';
export { estimateStudy, type StudyEstimate } from './estimate-study.ts';
export { mergeStudies } from './merge-studies.ts';
export { type PairedPeople, peopleOf } from './people-of.ts';
export {
  checkPlan,
  type NewNetwork,
  type PretrainedNetwork,
  readPlan,
  type StudyArm,
  type StudyPlan,
  type StudyTuning,
} from './plan.ts';
export { type ReproductionOptions, reproductionMarkdown, reproductionPlan } from './reproduction.ts';
export { readRows, type StudyRow, type TestScore } from './rows.ts';
export { type StudyEvent, type StudyOptions, study } from './study.ts';
export { type ArmSummary, type ComparisonSummary, type StudySummary, summarizeStudy } from './summarize.ts';
export type { MiningSummary } from './summarize-mining.ts';
export { summaryFigure } from './summary-figure.ts';
export { summaryMarkdown } from './summary-markdown.ts';
