export { type RunFile, readConfig } from './begin-run.ts';
export { type Dashboard, type DashboardOptions, startDashboard } from './dashboard/dashboard-server.ts';
export { describeEngines, type EngineReport } from './engine/choose/describe-engines.ts';
export type { AutoEngine, Engine, OnnxEngine, TfjsBackend, TfjsEngine } from './engine/engine.ts';
export type { ExportRunOptions } from './export/export-loaded.ts';
export { type ExportPthOptions, exportPth } from './export/export-pth.ts';
export { exportRun } from './export/export-run.ts';
export { describeKernels, type MeasuredKernels } from './kernels/describe-kernels.ts';
export type {
  BadSampleEvent,
  ChangedDataEvent,
  CheckpointEvent,
  DamagedEvent,
  DoneEvent,
  EngineEvent,
  EpochEvent,
  HardnessEvent,
  StartEvent,
  StepEvent,
  StoppedEvent,
  TrainEvent,
  ValidationEvent,
} from './observe/events.ts';
export { duration, progressLine } from './observe/progress-line.ts';
export type { Validation } from './observe/validation.ts';
export { type AccumulateOptions, accumulate } from './optimize/accumulate.ts';
export { type AdamW, adam } from './optimize/adamw.ts';
export { average } from './optimize/average.ts';
export { clip } from './optimize/clip.ts';
export { type OptimizerConfig, type OptimizerRecipe, optimizerOf } from './optimize/optimizer-of.ts';
export type { MixedPrecision } from './optimize/scale-loss.ts';
export { type Sgd, sgd } from './optimize/sgd.ts';
export { inStages, type Stage } from './optimize/stages.ts';
export { towardsStart } from './optimize/towards-start.ts';
export {
  type Change,
  chain,
  type Optimizer,
  type StepFacts,
  type TrainState,
  type Transform,
} from './optimize/transform.ts';
export { type DecayGroups, decay, decoupledDecay, type WeightDecay } from './optimize/weight-decay.ts';
export type { TrainOptions } from './options.ts';
export { changeRecipe, type RecipeChanges } from './recipe/change-recipe.ts';
export { type FineTuneOptions, fineTune } from './recipe/fine-tune.ts';
export { type PartialFc, paper, quick, type Recipe } from './recipe/recipe.ts';
export { recipeSchema } from './recipe/recipe-schema.ts';
export { type LearningRatePlan, learningRateAt, type Schedule, type Warmup } from './recipe/schedule.ts';
export type { Best, Progress } from './run-folder/checkpoint.ts';
export type { DamagedCheckpoint } from './run-folder/checkpoint-folder.ts';
export type { RunEnvironment } from './run-folder/environment.ts';
export { type LoadedRun, loadRun } from './run-folder/load-run.ts';
export { readEvents } from './run-folder/read-events.ts';
export type { Part, RunConfig } from './run-folder/run-config.ts';
export type { Sampler } from './sampling/sampler.ts';
export { isNetworkFile } from './start/network-file.ts';
export {
  type PretrainedBackbone,
  type PretrainedBackboneOptions,
  pretrainedBackbone,
} from './start/pretrained-backbone.ts';
export { type StepOutputs, type StepRecipe, trainingStep } from './step/training-step.ts';
export { type Run, train } from './train.ts';
