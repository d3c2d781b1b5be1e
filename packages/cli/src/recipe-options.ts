import type { Augmentation } from '@hm/datasets';
import type { Recipe } from '@hm/train';
import { withoutUndefined } from './without-undefined.ts';

/** What may be changed about a recipe. */
export interface RecipeOptions {
  recipe: 'paper' | 'quick';
  epochs?: number;
  batch?: number;
  lr?: number;
  clipNorm?: number;
  partialFc?: number;
  augment?: 'none' | 'flip' | 'standard' | 'adaface';
}

/** A named recipe with what was typed in its place. */
export async function recipeOf(options: RecipeOptions): Promise<Recipe> {
  const { recipe, epochs, batch: batchSize, lr: learningRate, clipNorm, augment } = options;
  const partialFc = options.partialFc === undefined ? undefined : { sampleRate: options.partialFc };
  const { paper, quick } = await import('@hm/train');
  const changes = {
    epochs,
    batchSize,
    learningRate,
    clipNorm,
    partialFc,
    augment: await augmentation(augment),
  };
  return { ...{ paper, quick }[recipe], ...withoutUndefined(changes) };
}

async function augmentation(name: RecipeOptions['augment']): Promise<Augmentation | undefined> {
  if (name === undefined) return undefined;
  const { adaFace, flipOnly, standard } = await import('@hm/datasets');
  return { none: {}, flip: flipOnly, standard, adaface: adaFace }[name];
}
