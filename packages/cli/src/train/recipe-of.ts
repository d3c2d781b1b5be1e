import { readRegularText } from '@hm/tensor/files';
import { InvalidArgumentError, InvalidDataError } from '@hm/tensor/host';
import type { Recipe } from '@hm/train';
import { isOfRecipe, type Settings } from './settings.ts';

/** Reads a recipe: a name, or a JSON file with changes to `paper`. @throws {InvalidDataError} if it is not JSON */
export async function settingsOfRecipe(given: string): Promise<Settings> {
  if (given === 'paper' || given === 'quick' || given === 'finetune') return { recipe: given };
  try {
    const { $schema: _, ...members } = JSON.parse(await readRegularText(given)) as Record<string, unknown>;
    const { changeRecipe, paper } = await import('@hm/train');
    changeRecipe(paper, members);
    return { recipe: 'paper', ...members };
  } catch (cause) {
    if (cause instanceof InvalidArgumentError) throw cause;
    throw new InvalidDataError({
      where: given,
      expected: 'a recipe as JSON, or one of paper, quick, finetune',
      received: (cause as Error).message,
      fix: 'Check the path and the file; the README of @hm/train lists the members of a recipe.',
      fields: { path: given },
      cause,
    });
  }
}

/** Applies settings to a recipe. @throws {InvalidArgumentError} if a value is not allowed */
export async function recipeOf(base: Recipe, settings: Settings): Promise<Recipe> {
  const { changeRecipe } = await import('@hm/train');
  const { augment } = settings;
  const changes = Object.fromEntries(Object.entries(settings).filter(([name]) => isOfRecipe(name)));
  return changeRecipe(base, {
    ...changes,
    ...(augment !== undefined && { augment: await augmentation(augment) }),
  });
}

async function augmentation(given: NonNullable<Settings['augment']>): Promise<object> {
  if (typeof given !== 'string') return given;
  const { adaFace, flipOnly, standard } = await import('@hm/datasets');
  return { none: {}, flip: flipOnly, standard, adaface: adaFace }[given];
}
