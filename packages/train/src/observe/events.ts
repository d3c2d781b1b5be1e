/** Training begins or resumes. */
export interface StartEvent {
  kind: 'start';
  /** Name of the engine: `onnx cpu`, `tfjs-webgpu`. */
  engine: string;
  /** Finished steps: 0, or those of the checkpoint. */
  step: number;
  /** Steps of the whole run. */
  steps: number;
  epochs: number;
  images: number;
  classes: number;
  /** Number of trained parameters in backbone and head. */
  parameters: number;
}

/** The engine was chosen, with `engine: 'auto'`. */
export interface EngineEvent {
  kind: 'engine';
  /** Name of the engine: `onnx cpu`, `tfjs-webgpu`. */
  engine: string;
  reason: string;
  /** Engines that were not chosen, faster ones first, and why. */
  others: { engine: string; reason: string }[];
}

/** Progress of a run, with means over the steps since the last such event. */
export interface StepEvent {
  kind: 'step';
  /** Finished steps. */
  step: number;
  steps: number;
  /** Current epoch, counted from 1. */
  epoch: number;
  epochs: number;
  loss: number;
  /** Share of the images whose own class has the highest score, without margin; only if the head scores classes. */
  accuracy?: number;
  learningRate: number;
  /** Norm of the gradient in the last step, before clipping; only if the recipe clips. */
  gradientNorm?: number;
  /** Factor of the loss; only in mixed precision. Halved when a step was skipped because of an overflow. */
  lossScale?: number;
  imagesPerSecond: number;
  secondsLeft: number;
  /** Share of the time spent waiting for data. */
  waitShare: number;
}

/** An epoch has ended. */
export interface EpochEvent {
  kind: 'epoch';
  /** Finished epochs. */
  epoch: number;
  epochs: number;
  step: number;
  /** Mean loss over the epoch's images, each measured in the step that trained on it. */
  loss: number;
  /** Mean accuracy, measured the same way; only if the head scores classes. */
  accuracy?: number;
  /** Seconds since the epoch began or training resumed. */
  seconds: number;
  imagesPerSecond: number;
  waitShare: number;
}

/** How hard the samples of an epoch were, each measured in the step that trained on it. */
export interface HardnessEvent extends HardnessReadings {
  kind: 'hardness';
  epoch: number;
  step: number;
  /** The same for each group of samples, from 0; only with `hardnessGroups`. */
  groups?: HardnessReadings[];
}

/** How hard samples were. */
export interface HardnessReadings {
  samples: number;
  /** Share of the samples whose gate was less than half open; only with hard mining. */
  easyShare?: number;
  /** Mean factor by which hard mining multiplied the losses; only with hard mining. */
  meanGate?: number;
  /** Number of samples by the probability of their own class, `exp(−loss)`, in bins of 0.05 from 0 to 1. */
  histogram: number[];
  /** Sum of the absolute gradients of the loss by the own class's logit, in the same bins. */
  pull: number[];
}

/** The network was scored. */
export interface ValidationEvent {
  kind: 'validation';
  step: number;
  /** Name of the score, such as `accuracy`. */
  name: string;
  /** Score of the network; higher is better. */
  score: number;
  /** True if this is the best score so far; `best.safetensors` then holds this network. */
  best: boolean;
  seconds: number;
}

/** A checkpoint was written to disk. */
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

/** Images have changed since the run began, and `allowChangedData` let it go on. */
export interface ChangedDataEvent {
  kind: 'changedData';
  /** Number of changed images among those that were checked. */
  images: number;
  /** Names of some of them. */
  examples: readonly string[];
}

/** An image could not be used and was replaced by another. */
export interface BadSampleEvent {
  kind: 'badSample';
  index: number;
  id: string;
  reason: string;
}

/** The signal was raised: the current step was finished and a checkpoint written. */
export interface StoppedEvent {
  kind: 'stopped';
  step: number;
  steps: number;
  checkpoint: string;
  /** Sentence that says how to resume. */
  resume: string;
}

/** Training has ended: all epochs are done, or `patience` is used up. */
export interface DoneEvent {
  kind: 'done';
  step: number;
  /** Seconds since this process began to train. */
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
