export type { Progress } from './checkpoint.ts';
export type { DamagedCheckpoint } from './checkpoint-folder.ts';
export type {
  BadSampleEvent,
  CheckpointEvent,
  DamagedEvent,
  DoneEvent,
  EpochEvent,
  StartEvent,
  StepEvent,
  StoppedEvent,
  TrainEvent,
} from './events.ts';
export { type ExportRunOptions, exportRun } from './export-run.ts';
export { labelSmoothing } from './heads/label-smoothing.ts';
export { type LoadedRun, loadRun } from './load-run.ts';
export type { Engine, TrainOptions } from './options.ts';
export type { PartialFc } from './partial-program.ts';
export { duration, progressLine } from './progress-line.ts';
export { paper, quick, type Recipe } from './recipe.ts';
export type { Part, RunConfig } from './run-config.ts';
export { type LearningRatePlan, learningRateAt, type Schedule, type Warmup } from './schedule.ts';
export type { AdamW, Optimiser, Sgd } from './step/optimiser.ts';
export { type StepRecipe, trainingStep } from './step/training-step.ts';
export type { DecayGroups, WeightDecay } from './step/weight-decay.ts';
export { type Run, train } from './train.ts';
