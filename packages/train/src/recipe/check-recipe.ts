import { InvalidArgumentError } from '@hm/tensor';
import { assertRecipe } from './change-recipe.ts';
import type { Recipe } from './recipe.ts';
import { REQUIRED } from './recipe-schema.ts';

/**
 * Checks a recipe. @throws {InvalidArgumentError} if a member does not match the schema or members contradict others.
 */
export function checkRecipe(recipe: Recipe): void {
  assertRecipe(recipe, REQUIRED);
  const { batchSize, accumulate, partialFc } = recipe;
  if (accumulate === undefined) return;
  // Each small batch would draw different classes, and the summed gradients would be lost.
  if (partialFc !== undefined) throw invalid('recipe.accumulate', 'none with partialFc', accumulate);
  if (batchSize % accumulate !== 0)
    throw invalid('recipe.accumulate', `a number that divides the batch of ${batchSize}`, accumulate);
}

/** Checks that an option is a positive integer. @throws {InvalidArgumentError} */
export function positive(name: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value > 0)) throw invalid(name, 'a positive integer', value);
}

/** Error for an option of `train` that is out of range. */
export const invalid = (name: string, expected: string, received: unknown) =>
  new InvalidArgumentError({ where: `train option "${name}"`, expected, received, fix: `Change ${name}.` });
