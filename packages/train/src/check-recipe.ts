import { InvalidArgumentError } from '@hm/tensor';
import type { AdamW } from './optimize/adamw.ts';
import type { OptimizerConfig } from './optimize/optimizer-of.ts';
import { LARGEST_SCALE, scalingOf } from './optimize/scale-loss.ts';
import type { Recipe } from './recipe.ts';

/** @throws {InvalidArgumentError} if a number of a recipe is out of range, or numbers do not fit together. */
export function checkRecipe(recipe: Recipe): void {
  const { epochs, batchSize, learningRate, clipNorm, averageDecay, accumulate, weightDecay } = recipe;
  positive('recipe.epochs', epochs);
  positive('recipe.batchSize', batchSize);
  inRange('recipe.learningRate', learningRate, 0, Infinity);
  checkOptimizer(recipe.optimizer);
  const decays = typeof weightDecay === 'number' ? { weights: weightDecay } : weightDecay;
  for (const [group, decay] of Object.entries(decays))
    inRange(`recipe.weightDecay.${group}`, decay, 0, Infinity);
  if (clipNorm !== undefined && !(clipNorm > 0))
    throw invalid('recipe.clipNorm', 'a number above 0', clipNorm);
  if (averageDecay !== undefined) inRange('recipe.averageDecay', averageDecay, 0, 1);
  if (!['local', 'synchronized', undefined].includes(recipe.batchNorm))
    throw invalid('recipe.batchNorm', "'local' or 'synchronized'", recipe.batchNorm);
  if (recipe.towardsStart !== undefined) inRange('recipe.towardsStart', recipe.towardsStart, 0, Infinity);
  for (const { rate, fromStep = 0 } of recipe.stages ?? []) {
    inRange('recipe.stages.rate', rate, 0, Infinity);
    inRange('recipe.stages.fromStep', fromStep, 0, Infinity);
  }
  checkMixedPrecision(recipe.mixedPrecision);
  if (accumulate === undefined) return;
  positive('recipe.accumulate', accumulate);
  // Each small batch would draw other classes, and sums of gradients be lost.
  if (recipe.partialFc !== undefined) throw invalid('recipe.accumulate', 'none with partialFc', accumulate);
  if (batchSize % accumulate !== 0)
    throw invalid('recipe.accumulate', `a number that divides the batch of ${batchSize}`, accumulate);
}

function checkMixedPrecision(option: Recipe['mixedPrecision']): void {
  const { initialScale = 1, growthInterval = 1 } = scalingOf(option) ?? {};
  inRange('recipe.mixedPrecision.initialScale', initialScale, 1, LARGEST_SCALE + 1);
  positive('recipe.mixedPrecision.growthInterval', growthInterval);
}

function checkOptimizer(optimizer: OptimizerConfig): void {
  if (optimizer.kind === 'sgd') inRange('recipe.optimizer.momentum', optimizer.momentum, 0, 1);
  else if (optimizer.kind === 'adamw') checkAdamW(optimizer);
  else throw invalid('recipe.optimizer.kind', "'sgd' or 'adamw'", (optimizer as { kind: unknown }).kind);
}

function checkAdamW({ beta1 = 0, beta2 = 0, epsilon = 0 }: AdamW): void {
  inRange('recipe.optimizer.beta1', beta1, 0, 1);
  inRange('recipe.optimizer.beta2', beta2, 0, 1);
  inRange('recipe.optimizer.epsilon', epsilon, 0, Infinity);
}

/** @throws {InvalidArgumentError} unless `low <= value < high`. */
function inRange(name: string, value: number, low: number, high: number): void {
  if (value >= low && value < high) return;
  const expected =
    high === Infinity ? `a number of at least ${low}` : `a number from ${low} to below ${high}`;
  throw invalid(name, expected, value);
}

/** @throws {InvalidArgumentError} */
export function positive(name: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value > 0)) throw invalid(name, 'a positive integer', value);
}

/** The error for an option of `train` that is out of range. */
export const invalid = (name: string, expected: string, received: unknown) =>
  new InvalidArgumentError({ where: `train option "${name}"`, expected, received, fix: `Change ${name}.` });
