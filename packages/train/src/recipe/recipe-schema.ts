import { augmentationSchema } from '@hm/datasets/browser';
import { type JsonSchema, limits } from '@hm/tensor/host';
import { LARGEST_SCALE } from '../optimize/scale-loss.ts';
import type { Recipe } from './recipe.ts';

const count = (description: string): JsonSchema => ({ type: 'integer', minimum: 1, description });
const atLeastZero = (description: string): JsonSchema => ({ type: 'number', minimum: 0, description });
const share = (description: string): JsonSchema => ({
  ...{ type: 'number', minimum: 0, exclusiveMaximum: 1 },
  description,
});
const names = (description: string): JsonSchema => ({
  type: 'array',
  items: { type: 'string' },
  description,
});

/** Schema of one of several objects that `kind` tells apart. */
const kind = (
  name: string,
  description: string,
  properties: Readonly<Record<string, JsonSchema>> = {},
  required: readonly string[] = [],
): JsonSchema => ({
  ...{ type: 'object', description, additionalProperties: false },
  ...{ properties: { kind: { const: name }, ...properties }, required: ['kind', ...required] },
});

const warmup = {
  warmupEpochs: atLeastZero('epochs of warm-up, may be fractional'),
  warmupSteps: { type: 'integer', minimum: 0, description: 'steps of warm-up' },
} as const;

/** Schema of each member of a recipe, with a line of description. Checks and help texts are made from it. */
const members: Readonly<Record<keyof Recipe, JsonSchema>> = {
  name: { type: 'string', description: 'name of the recipe in reports' },
  epochs: count('passes over the training data'),
  batchSize: { ...count('images per step'), maximum: limits.batchSize },
  learningRate: atLeastZero('peak learning rate'),
  schedule: {
    description: 'schedule of the learning rate',
    anyOf: [
      kind('constant', 'stays constant', warmup),
      kind(
        'step',
        'is multiplied by a factor at milestones',
        {
          milestones: {
            ...{ type: 'array', items: { type: 'number', minimum: 0 }, default: [8, 12, 16] },
            description: 'epochs after which the rate is multiplied',
          },
          factor: { ...atLeastZero('what the rate is multiplied by at each milestone'), default: 0.1 },
          ...warmup,
        },
        ['milestones', 'factor'],
      ),
      kind('cosine', 'half a cosine to 0', warmup),
      kind(
        'polynomial',
        '(1 − progress)^power',
        { power: { ...atLeastZero('exponent; 1 is a straight line to 0'), default: 1 }, ...warmup },
        ['power'],
      ),
      kind('one-cycle', 'up, then down, each half a cosine', {
        rise: { ...share('share of the steps in which the rate rises'), default: 0.3 },
        startFactor: { ...atLeastZero('initial rate as a share of the peak'), default: 1 / 25 },
        endFactor: { ...atLeastZero('final rate as a share of the peak'), default: 4e-6 },
        ...warmup,
      }),
    ],
  },
  optimizer: {
    description: 'optimizer',
    anyOf: [
      kind(
        'sgd',
        'stochastic gradient descent',
        {
          momentum: { ...share('share of the previous update that is kept'), default: 0.9 },
          nesterov: { type: 'boolean', description: 'Nesterov momentum', default: false },
        },
        ['momentum'],
      ),
      kind('adamw', 'Adam with decoupled weight decay', {
        beta1: { ...share('decay of the first moment'), default: 0.9 },
        beta2: { ...share('decay of the second moment'), default: 0.999 },
        epsilon: { ...atLeastZero('constant added to the denominator'), default: 1e-8 },
      }),
    ],
  },
  weightDecay: {
    description: 'weight decay of all parameters, or of each kind',
    anyOf: [
      { type: 'number', minimum: 0 },
      {
        ...{ type: 'object', additionalProperties: false, required: ['weights'] },
        properties: {
          weights: atLeastZero('decay of filters and matrices'),
          norms: atLeastZero('decay of scales and offsets of normalization layers'),
          biases: atLeastZero('decay of parameters called bias'),
          head: atLeastZero("decay of the loss's parameters, above all its class weights"),
        },
      },
    ],
  },
  clipNorm: {
    type: 'number',
    exclusiveMinimum: 0,
    description: 'largest gradient norm; larger gradients are scaled down to it',
  },
  partialFc: {
    ...{ type: 'object', additionalProperties: false, required: ['sampleRate'] },
    description: 'computes each step with a sample of the classes',
    properties: {
      sampleRate: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 1,
        description: 'share of the classes in a step, such as 0.1 to 0.3',
      },
    },
  },
  averageDecay: share('decay of a moving average of the weights, which is kept beside them, such as 0.999'),
  accumulate: count('batches per step (gradient accumulation), to save memory'),
  batchNorm: {
    enum: ['local', 'synchronized'],
    description:
      'batch normalization statistics if processes share a batch: of each part, or of the whole batch',
    default: 'local',
  },
  mixedPrecision: {
    description: 'multiplies in half precision, with loss scaling',
    anyOf: [
      { type: 'boolean' },
      {
        ...{ type: 'object', additionalProperties: false },
        properties: {
          initialScale: {
            ...{ type: 'number', minimum: 1, maximum: LARGEST_SCALE, default: 65536 },
            description: 'initial loss scale',
          },
          growthInterval: { ...count('steps without overflow after which the scale doubles'), default: 2000 },
        },
      },
    ],
  },
  freeze: names('parameters that are not trained; * matches any characters: backbone.stem.*'),
  towardsStart: atLeastZero('strength of the pull towards the initial weights (L2-SP)'),
  distill: atLeastZero('weight of the distance to the embeddings of the initial network'),
  stages: {
    description: 'groups of parameters with their own learning rate and first step',
    type: 'array',
    items: {
      ...{ type: 'object', additionalProperties: false, required: ['params', 'rate'] },
      properties: {
        params: names('parameter names; * matches any characters'),
        rate: atLeastZero('share of the learning rate'),
        fromStep: { type: 'number', minimum: 0, description: 'first step that trains them', default: 0 },
      },
    },
  },
  sampler: {
    description: 'how the images of a batch are chosen',
    anyOf: [
      kind('uniform', 'every image once, shuffled'),
      kind('balanced', 'every identity equally often'),
      kind(
        'pairs',
        'identities with several images each',
        { images: { ...count('images per identity in a batch'), default: 4 } },
        ['images'],
      ),
      kind(
        'hard',
        'like pairs, half of the identities look-alikes of the others',
        {
          images: { ...count('images per identity in a batch'), default: 2 },
          neighbors: { ...count('number of look-alikes to draw from'), default: 10 },
          refreshEpochs: { ...count('epochs between searches for look-alikes'), default: 1 },
        },
        ['images'],
      ),
    ],
  },
  augment: augmentationSchema,
};

/** JSON Schema of a recipe. All members are optional: those left out come from another recipe. */
export const recipeSchema: JsonSchema & { $schema: string; title: string } = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Recipe of @hm/train',
  description: 'What differs from the paper’s recipe, for hm train --recipe FILE.json',
  type: 'object',
  additionalProperties: false,
  properties: { $schema: { type: 'string' }, ...members },
};

/** Members that every recipe must have. */
export const REQUIRED: readonly (keyof Recipe)[] = [
  ...(['name', 'epochs', 'batchSize', 'learningRate', 'schedule'] as const),
  ...(['optimizer', 'weightDecay', 'augment'] as const),
];
