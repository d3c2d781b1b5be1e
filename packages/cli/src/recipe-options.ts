import type { Augmentation, Dataset } from '@hm/datasets';
import type { Backbone } from '@hm/resnet';
import { InvalidArgumentError } from '@hm/tensor/host';
import type { DecayGroups, OptimizerConfig, Recipe, Sampler, Schedule } from '@hm/train';
import { withoutUndefined } from './without-undefined.ts';

/** What may be changed about a recipe. */
export interface RecipeOptions {
  recipe: 'paper' | 'quick' | 'finetune';
  epochs?: number;
  batch?: number;
  lr?: number;
  schedule?: Schedule['kind'];
  milestones?: number[];
  factor?: number;
  power?: number;
  warmupEpochs?: number;
  optimizer?: 'sgd' | 'nesterov' | 'adamw';
  momentum?: number;
  weightDecay?: number;
  decayFree?: string[];
  clipNorm?: number;
  partialFc?: number;
  accumulate?: number;
  mixedPrecision?: true;
  ema?: number;
  batchNorm?: 'local' | 'synchronized';
  freeze?: string[];
  sampler?: Sampler['kind'];
  perIdentity?: number;
  neighbors?: number;
  augment?: 'none' | 'flip' | 'standard' | 'adaface';
}

/** A named recipe with what was typed in its place. */
export async function recipeOf(options: RecipeOptions, trained?: Trained): Promise<Recipe> {
  const base = await namedRecipe(options, trained);
  return {
    ...base,
    ...withoutUndefined({
      epochs: options.epochs,
      batchSize: options.batch,
      learningRate: options.lr,
      clipNorm: options.clipNorm,
      partialFc: options.partialFc === undefined ? undefined : { sampleRate: options.partialFc },
      accumulate: options.accumulate,
      mixedPrecision: options.mixedPrecision,
      averageDecay: options.ema,
      batchNorm: options.batchNorm,
      freeze: options.freeze,
      sampler: samplerOf(options),
      augment: await augmentation(options.augment),
    }),
    schedule: scheduleOf(base.schedule, options),
    optimizer: optimizerOf(base.optimizer, options),
    weightDecay: decayOf(base.weightDecay, options),
  };
}

/** What a recipe that looks at the network and its data is made for. */
interface Trained {
  backbone: Backbone;
  data: Dataset;
}

async function namedRecipe({ recipe, epochs, batch, lr }: RecipeOptions, trained?: Trained): Promise<Recipe> {
  const { fineTune, paper, quick } = await import('@hm/train');
  if (recipe !== 'finetune' || trained === undefined) return recipe === 'paper' ? paper : quick;
  return fineTune(trained.backbone, trained.data, { epochs, batchSize: batch, learningRate: lr });
}

/** What was typed of a schedule of that kind, on top of the recipe's if it is of the same kind. */
function scheduleOf(base: Schedule, options: RecipeOptions): Schedule {
  const { schedule: kind = base.kind, milestones, factor, power, warmupEpochs } = options;
  const own = {
    constant: {},
    step: { milestones, factor },
    cosine: {},
    polynomial: { power },
    'one-cycle': {},
  };
  assertOwn('--schedule', kind, { milestones, factor, power }, own[kind]);
  const defaults = { step: { milestones: [8, 12, 16], factor: 0.1 }, polynomial: { power: 1 } };
  return {
    ...(kind === base.kind ? base : { kind, ...defaults[kind as keyof typeof defaults] }),
    ...withoutUndefined({ ...own[kind], warmupEpochs }),
  } as Schedule;
}

function optimizerOf(base: OptimizerConfig, { optimizer, momentum }: RecipeOptions): OptimizerConfig {
  const kind = optimizer ?? (base.kind === 'sgd' && base.nesterov ? 'nesterov' : base.kind);
  assertOwn('--optimizer', kind, { momentum }, kind === 'adamw' ? {} : { momentum });
  if (kind === 'adamw') return base.kind === 'adamw' ? base : { kind };
  const before = base.kind === 'sgd' ? base.momentum : 0.9;
  return { kind: 'sgd', momentum: momentum ?? before, ...(kind === 'nesterov' ? { nesterov: true } : {}) };
}

/** Images of an identity in a batch, unless typed. */
const PER_IDENTITY = { pairs: 4, hard: 2 };

function samplerOf({ sampler: kind, perIdentity, neighbors }: RecipeOptions): Sampler | undefined {
  const grouped = kind === 'pairs' || kind === 'hard';
  const typed = { 'per-identity': perIdentity, neighbors };
  const own = { uniform: {}, balanced: {}, pairs: { 'per-identity': 0 }, hard: typed };
  assertOwn('--sampler', kind ?? 'uniform', typed, own[kind ?? 'uniform']);
  if (!grouped) return kind && { kind };
  return { kind, images: perIdentity ?? PER_IDENTITY[kind], ...withoutUndefined({ neighbors }) } as Sampler;
}

const groups = ['norms', 'biases', 'head'] as const;

function decayOf(base: Recipe['weightDecay'], { weightDecay, decayFree = [] }: RecipeOptions) {
  const decay = weightDecay ?? base;
  const unknown = decayFree.find((name) => !(groups as readonly string[]).includes(name));
  if (unknown !== undefined) throw invalid('--decay-free', groups.join(', '), unknown);
  if (decayFree.length === 0) return decay;
  const free = Object.fromEntries(decayFree.map((name) => [name, 0]));
  return { ...(typeof decay === 'number' ? { weights: decay } : decay), ...free } as DecayGroups;
}

/** An option that would be ignored is a mistake. */
function assertOwn(option: string, kind: string, typed: object, own: object): void {
  const idle = Object.entries(typed).find(
    ([name, value]) => value !== undefined && !Object.hasOwn(own, name),
  );
  if (idle !== undefined) throw invalid(`${option} ${kind}`, 'options that belong to it', `--${idle[0]}`);
}

const invalid = (where: string, expected: string, received: string) =>
  new InvalidArgumentError({
    where,
    expected,
    received,
    fix: 'Leave that out, or choose what it belongs to; hm train --help lists both.',
  });

async function augmentation(name: RecipeOptions['augment']): Promise<Augmentation | undefined> {
  if (name === undefined) return undefined;
  const { adaFace, flipOnly, standard } = await import('@hm/datasets');
  return { none: {}, flip: flipOnly, standard, adaface: adaFace }[name];
}
