import { InvalidArgumentError } from '@hm/tensor';
import { invalid } from '../check-recipe.ts';
import { engineName } from '../engine/engine.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Place } from './place-of.ts';

/** @throws {InvalidArgumentError} if a run cannot be shared by that many ranks. */
export function checkRanks({ recipe, engine }: ResolvedOptions, { count }: Pick<Place, 'count'>): void {
  if (count === 1) return;
  const { batchSize, accumulate = 1, partialFc } = recipe;
  if (batchSize % (accumulate * count) !== 0)
    throw invalid('recipe.batchSize', `a multiple of ${shares(count, accumulate)}`, batchSize);
  // The classes that a step draws depend on the labels of the whole batch.
  if (partialFc !== undefined) throw refused('recipe.partialFc', 'none', partialFc);
  if (engineName(engine) !== 'onnx cpu') throw refused('engine', 'onnx cpu', engineName(engine));
}

const shares = (count: number, accumulate: number) =>
  accumulate === 1
    ? `${count}, so that as many ranks have equal parts`
    : `${count} ranks × ${accumulate} accumulated batches`;

const refused = (name: string, expected: string, received: unknown) =>
  new InvalidArgumentError({
    where: `train option "${name}"`,
    expected: `${expected}, in a job of several ranks`,
    received,
    fix: `Change ${name}, or run one process.`,
  });
