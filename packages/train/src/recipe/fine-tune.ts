import { type Dataset, flipOnly } from '@hm/datasets/browser';
import { trace } from '@hm/onnx';
import type { Backbone, Variables } from '@hm/resnet';
import { checkOptions, disposeParams, flattenParams, type Params, Rng } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { withTfjs } from '../with-tfjs.ts';
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
  const names = (await namesInOrder(backbone)).map((name) => `backbone.${name}`);
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

/** Returns the names of a network's parameters from input to output. */
const namesInOrder = (backbone: Backbone): Promise<string[]> =>
  withTfjs(async () => {
    const variables = backbone.init(Rng.of(1, 'backbone'));
    const names = Object.keys(flattenParams(variables.params));
    const isNumber = (name: string) => /^\d+$/.test(name);
    try {
      // JavaScript lists numbers first, wherever they were added. Weights in ONNX files may have them for names.
      return Object.keys(variables.params).some(isNumber) ? sortedByUse(names, backbone, variables) : names;
    } finally {
      for (const values of [variables.params, variables.statistics]) disposeParams(values);
    }
  });

/** Sorts parameters by their first use, which a trace of the network shows. */
function sortedByUse(
  names: readonly string[],
  backbone: Backbone,
  { params, statistics }: Variables,
): string[] {
  const used = new Set<string>();
  const watched = new Proxy(params, {
    get(tree: Params, name: string) {
      used.add(name);
      return tree[name];
    },
  });
  const run = ({ images }: Record<string, unknown>) => ({
    embedding: backbone.apply({ params: watched, statistics }, images as Tensor4D, 'inference').embeddings,
  });
  trace(run, { images: { shape: ['N', ...backbone.imageSize, 3] } });
  const places = new Map([...used].map((name, place) => [name, place]));
  const placeOf = (name: string) => places.get(name.split('.')[0]!) ?? used.size;
  return names.toSorted((a, b) => placeOf(a) - placeOf(b));
}
