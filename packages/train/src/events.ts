/** Training begins or goes on. */
export interface StartEvent {
  kind: 'start';
  /** Name of the engine: `onnx cpu`, `tfjs-webgpu`. */
  engine: string;
  /** Finished steps: 0, or those of the checkpoint. */
  step: number;
  /** Steps in all. */
  steps: number;
  epochs: number;
  images: number;
  classes: number;
  /** Trained numbers in backbone and head. */
  parameters: number;
}

/** The engine was chosen, as `auto` asks for. */
export interface EngineEvent {
  kind: 'engine';
  /** `onnx cpu`, `tfjs-webgpu`. */
  engine: string;
  reason: string;
  /** Those that were not chosen, the faster first, and why. */
  others: { engine: string; reason: string }[];
}

/** The average of some steps. */
export interface StepEvent {
  kind: 'step';
  /** Finished steps. */
  step: number;
  steps: number;
  /** The epoch under way, counted from 1. */
  epoch: number;
  epochs: number;
  loss: number;
  /** Share of the images whose own class scored highest, without margin; only if the head scores classes. */
  accuracy?: number;
  learningRate: number;
  /** Before clipping, of the last step; only if the recipe clips. */
  gradientNorm?: number;
  /** Factor of the loss; only in mixed precision. Halved when a step was skipped for an overflow. */
  lossScale?: number;
  imagesPerSecond: number;
  secondsLeft: number;
  /** Share of the time spent waiting for data. */
  waitShare: number;
}

/** An epoch ends. */
export interface EpochEvent {
  kind: 'epoch';
  /** Finished epochs. */
  epoch: number;
  epochs: number;
  step: number;
  /** Means over the epoch's images, each as the network was when it saw them. */
  loss: number;
  accuracy?: number;
  /** Since the epoch began or training went on. */
  seconds: number;
  imagesPerSecond: number;
  waitShare: number;
}

/** How hard the samples of an epoch were, each as the network was when it saw them. */
export interface HardnessEvent extends HardnessReadings {
  kind: 'hardness';
  epoch: number;
  step: number;
  /** The same of each group of samples, from 0, if the run was given groups. */
  groups?: HardnessReadings[];
}

/** How hard samples were. */
export interface HardnessReadings {
  samples: number;
  /** Share of the samples whose gate was less than half open; only with hard mining. */
  easyShare?: number;
  /** Mean of the factor that hard mining multiplied losses with; only with hard mining. */
  meanGate?: number;
  /** Samples by the probability of their own class, `exp(−loss)`, in steps of 0.05 from 0 to 1. */
  histogram: number[];
  /** In the same steps, the sum of the lengths of the gradients of the loss by the own class's logit. */
  pull: number[];
}

/** The network was scored. */
export interface ValidationEvent {
  kind: 'validation';
  step: number;
  /** Of the score: `accuracy` for example. */
  name: string;
  /** Higher is better. */
  score: number;
  /** Whether it is the best so far, which `best.safetensors` then holds. */
  best: boolean;
  seconds: number;
}

/** A checkpoint is on the disk. */
export interface CheckpointEvent {
  kind: 'checkpoint';
  step: number;
  path: string;
  bytes: number;
  seconds: number;
}

/** A checkpoint could not be read on resume; an older one is used. */
export interface DamagedEvent {
  kind: 'damaged';
  path: string;
  reason: string;
}

/** Images are not those that the run began with, and it goes on all the same. */
export interface ChangedDataEvent {
  kind: 'changedData';
  /** How many of those that were looked at. */
  images: number;
  /** Some of their names. */
  examples: readonly string[];
}

/** An image could not be used, and another took its place. */
export interface BadSampleEvent {
  kind: 'badSample';
  index: number;
  id: string;
  reason: string;
}

/** The signal was raised: the step under way is finished and a checkpoint written. */
export interface StoppedEvent {
  kind: 'stopped';
  step: number;
  steps: number;
  checkpoint: string;
  /** How to go on. */
  resume: string;
}

/** All epochs are trained. */
export interface DoneEvent {
  kind: 'done';
  step: number;
  /** Since this process began to train. */
  seconds: number;
  checkpoint: string;
}

/** An event of a run; `kind` says which. */
export type TrainEvent =
  | EngineEvent
  | StartEvent
  | StepEvent
  | EpochEvent
  | HardnessEvent
  | ValidationEvent
  | CheckpointEvent
  | DamagedEvent
  | ChangedDataEvent
  | BadSampleEvent
  | StoppedEvent
  | DoneEvent;
