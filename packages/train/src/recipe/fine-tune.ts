import { type Dataset, flipOnly } from '@hm/datasets/browser';
import type { Backbone } from '@hm/resnet';
import { checkOptions, flattenParams } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import { freshBackbone } from '../initial-state.ts';
import type { Recipe } from './recipe.ts';

/** Options of {@link fineTune}. */
export interface FineTuneOptions {
  /** Number of epochs. Default 8. */
  epochs?: number | undefined;
  /** Images per step; default 32. */
  batchSize?: number | undefined;
  /** Peak learning rate of the head; the network's stages learn at a 200th and at a 600th of it. Default 0.002. */
  learningRate?: number | undefined;
}

/** Starts of the stages, as shares of the network's parameters from input to output. */
const MIDDLE = 0.5;
const LAST = 0.75;

/**
 * Returns the recipe for fine-tuning a pretrained network on few people:
 *
 * - The first half of the network is frozen.
 * - The head learns alone for an epoch, then together with the last quarter of the network at a 200th of its rate.
 * - From a third of the run on, the quarter before that learns too, at a 600th.
 * - The trained parameters of the network are pulled towards their initial values ({@link Recipe.towardsStart}).
 *
 * It uses AdamW because the gradients of a loss with margin are large on a fresh head: with SGD at a tenth of the
 * head's rate, a MobileFaceNet lost what it knew within fifty steps.
 *
 * @example
 * const backbone = await pretrainedBackbone('face.onnx');
 * const recipe = await fineTune(backbone, data);
 * const run = train({ data, backbone, pretrained: 'face.onnx', head: hardMining(arcFace()), recipe, out: 'runs/mine' });
 */
export async function fineTune(
  backbone: Backbone,
  data: Pick<Dataset, 'length'>,
  options: FineTuneOptions = {},
): Promise<Recipe> {
  checkOptions('fineTune', options, { epochs: 'number', batchSize: 'number', learningRate: 'number' });
  checkArguments(
    'fineTune',
    { backbone, data },
    { backbone: { has: ['name', 'config'] }, data: { has: ['length'] } },
  );
  const { epochs = 8, batchSize = 32, learningRate = 0.002 } = options;
  const { params } = await freshBackbone(backbone, 1);
  const names = Object.keys(flattenParams(params)).map((name) => `backbone.${name}`);
  const [middle, last] = [MIDDLE, LAST].map((share) => Math.floor(share * names.length));
  const stepsPerEpoch = Math.floor(data.length / batchSize);
  const stages = [
    { params: names.slice(last), rate: 1 / 200, fromStep: stepsPerEpoch },
    {
      params: names.slice(middle, last),
      rate: 1 / 600,
      fromStep: Math.max(1, Math.ceil(epochs / 3)) * stepsPerEpoch,
    },
  ];
  const freeze = names.slice(0, middle);
  return {
    name: 'finetune',
    ...{ epochs, batchSize, learningRate },
    schedule: { kind: 'cosine' },
    optimizer: { kind: 'adamw' },
    weightDecay: { weights: 0, head: 5e-4 },
    towardsStart: 0.01,
    ...(freeze.length > 0 && { freeze }),
    stages: stages.filter(({ params: own }) => own.length > 0),
    augment: flipOnly,
  };
}
