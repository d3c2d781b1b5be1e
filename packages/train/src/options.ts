import {
  type Augmentation,
  checkTrainable,
  type Dataset,
  defaultPreprocessing,
  type Preprocessing,
} from '@hm/datasets/browser';
import type { Head } from '@hm/losses';
import type { Backbone } from '@hm/resnet';
import { checkArguments, InvalidDataError, type OptionKinds } from '@hm/tensor';
import { type AutoEngine, checkEngine, type Engine } from './engine/engine.ts';
import type { Validation } from './observe/validation.ts';
import { scalingOf } from './optimize/scale-loss.ts';
import type { Optimizer } from './optimize/transform.ts';
import { checkRecipe, invalid, positive } from './recipe/check-recipe.ts';
import { paper, type Recipe } from './recipe/recipe.ts';
import { warmupLength } from './recipe/schedule.ts';
import { checkSampler } from './sampling/sampler.ts';
import type { PretrainedBackbone } from './start/pretrained-backbone.ts';

/** Options of {@link train}. */
export interface TrainOptions {
  data: Dataset;
  backbone: PretrainedBackbone;
  head: Head;
  /**
   * Photographs of any people, whose labels are ignored. With `distill` in the recipe, the network keeps embedding them
   * as it did when the run began. Each step takes as many of them as a batch has images, in their own order.
   * Default: none.
   */
  unlabeled?: Dataset;
  /** Recipe of the run. Default {@link paper}. */
  recipe?: Recipe;
  /** Replaces the recipe's clipping, weight decay and optimizer. The run's configuration stores its name and config. */
  optimizer?: Optimizer;
  /** Folder of the run, for checkpoints and `metrics.jsonl`. Created if it does not exist. */
  out: string;
  /** Integer that determines the initial weights, the order of the images and the augmentation. Default 1. */
  seed?: number;
  /** Engine that runs the steps. Default ONNX Runtime on the CPU. A named engine that cannot be used is an error. */
  engine?: Engine | AutoEngine | 'auto';
  /**
   * How 3×3 convolutions are computed on ONNX Runtime's CPU. `direct` (default) leaves them as they are. `measured`
   * times each of them in every available form when a run begins, and trains with the fastest: this is faster, but
   * rounds differently on another processor. The times are kept in the user's cache folder, the choice in
   * `kernels.json` of the run. Without effect with `partialFc`.
   */
  kernels?: 'direct' | 'measured';
  /**
   * Number of steps per call of ONNX Runtime, where no checkpoint or validation is due between them. The weights are
   * the same. What a provider copies with every call, such as the state with `cuda`, is copied that much less often.
   * But the graph takes longer to load, and a raised signal takes effect after the call. Default 1. Not with several
   * ranks or `partialFc`.
   */
  stepsPerCall?: number;
  /** Replaces the recipe's augmentation. */
  augment?: Augmentation;
  /** Number of threads that decode images. Default: one less than the processor's cores, from 1 to 4. */
  workers?: number;
  /**
   * Size, colour order and scaling of the images that the network gets.
   * Default: what the backbone's file says ({@link pretrainedBackbone}), else `(x − 127.5) / 128`, RGB, at its size.
   */
  preprocessing?: Preprocessing;
  /**
   * Initial values of the backbone, for fine-tuning; the head starts with fresh ones. One of these paths:
   * - the folder of a run, a checkpoint, or another safetensors file with the same names
   * - an ONNX file that was exported from the same backbone
   * - the file that {@link pretrainedBackbone} made the backbone from
   */
  pretrained?: string;
  /** Resumes from the newest checkpoint in `out`. Default false: a folder with a run in it is an error. */
  resume?: boolean;
  /** Resumes even if images have changed since the run began. Default false: that is an error. */
  allowChangedData?: boolean;
  /** Signal to finish the step, write a checkpoint and stop. Waiting for images or a validation ends at once. */
  signal?: AbortSignal;
  /** Longest wait for images in seconds, after which the run fails. Default 600. */
  batchTimeoutSeconds?: number;
  /** Longest validation in seconds, after which the run fails. Default: as long as it takes. */
  validationTimeoutSeconds?: number;
  /** Number of steps between `step` events. Default 10. */
  logEvery?: number;
  /** Number of steps between checkpoints. Default: one each epoch. One is always written at the end. */
  checkpointEvery?: number;
  /** Number of checkpoints to keep. Default 2. */
  keep?: number;
  /**
   * Callback that scores the current network, given as an ONNX file (its moving average, if the recipe has one).
   * Batches are prepared in the meantime. The checkpoint with the highest score is kept as `best.safetensors`.
   */
  validate?: (model: Uint8Array, step: number) => Promise<Validation>;
  /** Number of steps between validations. Default: one each epoch. There is always one at the end. */
  validateEvery?: number;
  /** Ends the run after this many validations in a row without a better score. Default: none, the recipe's epochs. */
  patience?: number;
  /** Reports after each epoch how hard its samples were. Default false. */
  hardness?: boolean;
  /** `[images]`, each image's group, from 0 up. `hardness` then also reports each group, such as doubtful labels. */
  hardnessGroups?: ArrayLike<number>;
  /** Writes TensorBoard event files into `out`. Default false. */
  tensorBoard?: boolean;
  /** Options of the command that started the run, kept in `run.json` so that the run can be repeated. */
  command?: Readonly<Record<string, unknown>>;
  /** `throw` (default) fails at the first image that cannot be used; `skip` replaces and reports it. */
  onBadSample?: 'throw' | 'skip';
  /** Note about the licence of the photographs, for the exported file. */
  dataLicense?: string;
}

/** Types of the members of {@link TrainOptions}. */
export const trainOptions: OptionKinds<TrainOptions> = {
  ...{
    data: 'object',
    unlabeled: 'object',
    backbone: 'object',
    head: 'object',
    recipe: 'object',
    out: 'string',
  },
  ...{ seed: 'number', engine: ['object', 'string'], kernels: { oneOf: ['direct', 'measured'] } },
  ...{
    stepsPerCall: 'number',
    augment: 'object',
    workers: 'number',
    preprocessing: 'object',
    pretrained: 'string',
  },
  ...{ resume: 'boolean', allowChangedData: 'boolean', signal: 'object' },
  ...{ batchTimeoutSeconds: 'number', validationTimeoutSeconds: 'number' },
  ...{ logEvery: 'number', checkpointEvery: 'number', keep: 'number' },
  ...{ validate: 'function', validateEvery: 'number', patience: 'number' },
  ...{
    hardness: 'boolean',
    hardnessGroups: 'array',
    tensorBoard: 'boolean',
    optimizer: 'object',
    command: 'object',
  },
  ...{ onBadSample: { oneOf: ['throw', 'skip'] }, dataLicense: 'string' },
};

/** Options with defaults filled in. */
export interface ResolvedOptions extends Omit<TrainOptions, 'augment'> {
  recipe: Recipe;
  seed: number;
  engine: Engine | AutoEngine;
  preprocessing: Preprocessing;
  resume: boolean;
  logEvery: number;
  keep: number;
  stepsPerEpoch: number;
  stepsPerCall: number;
  /** Steps of the whole run. */
  steps: number;
  checkpointEvery: number;
  validateEvery: number;
  batchTimeoutSeconds: number;
}

/** Options of a run once its engine is chosen. */
export interface SettledOptions extends ResolvedOptions {
  engine: Engine;
}

/**
 * Fills in the defaults and checks what can be checked before anything is read.
 *
 * @throws {InvalidArgumentError} if an option is out of range or options contradict each other.
 * @throws {InvalidDataError} if there are fewer than two identities or less than a batch of images.
 */
export function resolveOptions({ augment, ...options }: TrainOptions): ResolvedOptions {
  const { data, backbone, head, out } = options;
  const kinds = { data: 'object', backbone: 'object', head: 'object', out: 'string' } as const;
  checkArguments('train', { data, backbone, head, out }, kinds);
  checkTrainable(options.data);
  const given = options.recipe ?? paper;
  const recipe = augment === undefined ? given : { ...given, augment };
  checkRecipe(recipe);
  checkUnlabeled(options.unlabeled, recipe);
  const stepsPerEpoch = Math.floor(options.data.length / recipe.batchSize);
  if (stepsPerEpoch === 0) throw lessThanABatch(options.data.length, recipe.batchSize);
  const { sampler, accumulate = 1 } = recipe;
  if (sampler !== undefined) checkSampler(sampler, recipe.batchSize / accumulate, options.data.classes);
  if (warmupLength(recipe.schedule, stepsPerEpoch) > recipe.epochs * stepsPerEpoch)
    throw invalid('recipe.schedule', 'a warm-up that ends within training', recipe.schedule);
  const resolved = {
    ...options,
    recipe,
    stepsPerEpoch,
    steps: recipe.epochs * stepsPerEpoch,
    seed: options.seed ?? 1,
    engine:
      options.engine === 'auto' ? { kind: 'auto' as const } : (options.engine ?? { kind: 'onnx' as const }),
    preprocessing: options.preprocessing ?? backbone.preprocessing ?? preprocessingFor(backbone),
    resume: options.resume ?? false,
    stepsPerCall: options.stepsPerCall ?? 1,
    logEvery: options.logEvery ?? 10,
    checkpointEvery: options.checkpointEvery ?? stepsPerEpoch,
    validateEvery: options.validateEvery ?? stepsPerEpoch,
    keep: options.keep ?? 2,
    batchTimeoutSeconds: options.batchTimeoutSeconds ?? 600,
  } satisfies ResolvedOptions;
  for (const name of ['stepsPerCall', 'logEvery', 'checkpointEvery', 'validateEvery', 'keep'] as const)
    positive(name, resolved[name]);
  for (const name of ['batchTimeoutSeconds', 'validationTimeoutSeconds'] as const)
    checkTimeout(name, options[name]);
  if (options.patience !== undefined) positive('patience', options.patience);
  if (!Number.isSafeInteger(resolved.seed)) throw invalid('seed', 'an integer', resolved.seed);
  checkEngine(resolved.engine);
  if (resolved.engine.kind !== 'onnx' && scalingOf(recipe.mixedPrecision) !== undefined)
    throw invalid('recipe.mixedPrecision', 'none with an engine other than onnx', recipe.mixedPrecision);
  checkStepsPerCall(resolved);
  checkSize(resolved.preprocessing, backbone);
  return resolved;
}

function checkStepsPerCall({ stepsPerCall, engine, recipe }: ResolvedOptions): void {
  if (stepsPerCall === 1) return;
  if (engine.kind !== 'onnx') throw invalid('stepsPerCall', '1 with an engine other than onnx', stepsPerCall);
  if (recipe.partialFc !== undefined)
    throw invalid(
      'stepsPerCall',
      '1 with recipe.partialFc, which draws classes for every step',
      stepsPerCall,
    );
}

/** Checks a timeout. Node's timers count milliseconds in 31 bits. */
function checkTimeout(name: string, seconds = 1): void {
  if (!(seconds > 0 && seconds <= 2e6)) throw invalid(name, 'a number above 0, at most 2000000', seconds);
}

function preprocessingFor({ imageSize: [height, width] }: Backbone): Preprocessing {
  const size = `${height}x${width}`;
  const template = size === '112x112' ? 'arcface-112x112' : size === '112x96' ? 'sphereface-112x96' : 'none';
  return { ...defaultPreprocessing, height, width, template };
}

function checkSize({ height, width }: Preprocessing, { imageSize }: Backbone): void {
  if (imageSize[0] === height && imageSize[1] === width) return;
  throw invalid('preprocessing', `the backbone's ${imageSize.join(' × ')} pixels`, `${height} × ${width}`);
}

/** @throws {InvalidArgumentError} if the recipe does not use them. @throws {InvalidDataError} if they fill no batch. */
function checkUnlabeled(unlabeled: Dataset | undefined, { distill, batchSize }: Recipe): void {
  if (unlabeled === undefined) return;
  if (distill === undefined)
    throw invalid('unlabeled', 'a recipe with distill, which looks at them', 'one without it');
  if (unlabeled.length < batchSize) throw lessThanABatch(unlabeled.length, batchSize);
}

const lessThanABatch = (images: number, batchSize: number) =>
  new InvalidDataError({
    where: 'train',
    expected: `at least one batch of ${batchSize} images`,
    received: images,
    fix: 'Add images, or take a recipe with a smaller batchSize.',
    fields: { images, batchSize },
  });
