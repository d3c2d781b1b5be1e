import { augmentationSchema } from '@hm/datasets/browser';
import { type JsonSchema, limits } from '@hm/tensor/host';
import { LARGEST_SCALE } from './optimize/scale-loss.ts';
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
  warmupEpochs: atLeastZero('epochs in which the rate grows to its peak; fractions are fine'),
  warmupSteps: { type: 'integer', minimum: 0, description: 'the same in steps' },
} as const;

/** Schema of each member of a recipe, with a line of description. Checks and help texts are made from it. */
const members: Readonly<Record<keyof Recipe, JsonSchema>> = {
  name: { type: 'string', description: 'what reports call the recipe' },
  epochs: count('times that every image is trained on'),
  batchSize: { ...count('images in a step'), maximum: limits.batchSize },
  learningRate: atLeastZero('peak of the learning rate'),
  schedule: {
    description: 'how the learning rate changes',
    anyOf: [
      kind('constant', 'stays', warmup),
      kind(
        'step',
        'is multiplied by a factor at milestones',
        {
          milestones: {
            ...{ type: 'array', items: { type: 'number', minimum: 0 }, default: [8, 12, 16] },
            description: 'finished epochs',
          },
          factor: { ...atLeastZero('at each of them'), default: 0.1 },
          ...warmup,
        },
        ['milestones', 'factor'],
      ),
      kind('cosine', 'half a cosine to 0', warmup),
      kind(
        'polynomial',
        '(1 − progress)^power',
        { power: { ...atLeastZero('1 is a straight line to 0'), default: 1 }, ...warmup },
        ['power'],
      ),
      kind('one-cycle', 'up, then down, each half a cosine', {
        rise: { ...share('share of the steps that go up'), default: 0.3 },
        startFactor: { ...atLeastZero('of the peak, at the beginning'), default: 1 / 25 },
        endFactor: { ...atLeastZero('of the peak, at the end'), default: 4e-6 },
        ...warmup,
      }),
    ],
  },
  optimizer: {
    description: 'how gradients move parameters',
    anyOf: [
      kind(
        'sgd',
        'stochastic gradient descent',
        {
          momentum: { ...share('share of the last move that is kept'), default: 0.9 },
          nesterov: { type: 'boolean', description: 'looks ahead', default: false },
        },
        ['momentum'],
      ),
      kind('adamw', 'Adam with decoupled weight decay', {
        beta1: { ...share('decay of the first moment'), default: 0.9 },
        beta2: { ...share('decay of the second moment'), default: 0.999 },
        epsilon: { ...atLeastZero('added to the denominator'), default: 1e-8 },
      }),
    ],
  },
  weightDecay: {
    description: 'of all parameters, or of each kind',
    anyOf: [
      { type: 'number', minimum: 0 },
      {
        ...{ type: 'object', additionalProperties: false, required: ['weights'] },
        properties: {
          weights: atLeastZero('filters and matrices'),
          norms: atLeastZero('scales and offsets of normalizations'),
          biases: atLeastZero('parameters called bias'),
          head: atLeastZero("the loss's parameters, its class weights above all"),
        },
      },
    ],
  },
  clipNorm: { type: 'number', exclusiveMinimum: 0, description: 'largest norm of the gradient' },
  partialFc: {
    ...{ type: 'object', additionalProperties: false, required: ['sampleRate'] },
    description: 'computes each step with a part of the classes',
    properties: {
      sampleRate: { type: 'number', exclusiveMinimum: 0, maximum: 1, description: 'their share: 0.1 to 0.3' },
    },
  },
  averageDecay: share('decay of a moving average of the weights, which is kept beside them: 0.999'),
  accumulate: count('batches that a step is made of, for little memory'),
  batchNorm: {
    enum: ['local', 'synchronized'],
    description:
      'statistics of batch normalization where processes share a batch: of its part, or of the whole',
    default: 'local',
  },
  mixedPrecision: {
    description: 'multiplies in half precision, with a scaled loss',
    anyOf: [
      { type: 'boolean' },
      {
        ...{ type: 'object', additionalProperties: false },
        properties: {
          initialScale: { type: 'number', minimum: 1, maximum: LARGEST_SCALE, default: 65536 },
          growthInterval: { ...count('steps without overflow after which the scale doubles'), default: 2000 },
        },
      },
    ],
  },
  freeze: names('parameters that stay as they are, * for any characters: backbone.stem.*'),
  towardsStart: atLeastZero('pull of the network towards the values that it began with'),
  distill: atLeastZero('weight of the distance to the embeddings of the network that the run began with'),
  stages: {
    description: 'parameters with rates of their own, and from some step on',
    type: 'array',
    items: {
      ...{ type: 'object', additionalProperties: false, required: ['params', 'rate'] },
      properties: {
        params: names('names, * for any characters'),
        rate: atLeastZero('share of the learning rate'),
        fromStep: { type: 'number', minimum: 0, description: 'first step that moves them', default: 0 },
      },
    },
  },
  sampler: {
    description: 'which images a batch is made of',
    anyOf: [
      kind('uniform', 'every image once, shuffled'),
      kind('balanced', 'every identity equally often'),
      kind(
        'pairs',
        'identities with several images each',
        { images: { ...count('of each identity in a batch'), default: 4 } },
        ['images'],
      ),
      kind(
        'hard',
        'the same, half of the identities look-alikes of the others',
        {
          images: { ...count('of each identity in a batch'), default: 2 },
          neighbors: { ...count('look-alikes to draw from'), default: 10 },
          refreshEpochs: { ...count('epochs after which they are found anew'), default: 1 },
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
