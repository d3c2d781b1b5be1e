import { checkArguments, InvalidDataError } from '@hm/tensor/host';
import type { Dataset } from './dataset.ts';

/**
 * Checks that a data set can be trained on. Opening a data set does not check this, because embedding the photographs
 * of a single person is a valid use.
 *
 * @throws {InvalidDataError} if there are fewer than two identities, or far more identities than images (one wrong
 * label could make the network any size), or if the data set's files disagree about them.
 * @example
 * checkTrainable(await imageFolder('faces'));
 */
export function checkTrainable(dataset: Dataset): void {
  checkArguments('checkTrainable', { dataset }, { dataset: { has: ['length', 'classes'] } });
  const [problem] = dataset.problems ?? [];
  if (problem !== undefined) throw disagreement(problem);
  const { classes, length } = dataset;
  if (classes > Math.max(FEW, 2 * length)) throw tooManyClasses(classes, length);
  if (classes >= 2) return;
  throw new InvalidDataError({
    where: 'checkTrainable',
    expected: 'at least two identities, because a classifier of one learns nothing',
    received: dataset.classes,
    fix: 'Add identities, or leave fewer of them out.',
    fields: { classes: dataset.classes, images: dataset.length },
  });
}

const disagreement = (problem: string) =>
  new InvalidDataError({
    where: 'checkTrainable',
    expected: 'files that agree about the classes',
    received: problem,
    fix: 'Correct or remove the file property: classes are then those of the records.',
    fields: { reason: problem },
  });

/** Up to this many identities are accepted with any number of images. */
const FEW = 1000;

const tooManyClasses = (classes: number, images: number) =>
  new InvalidDataError({
    where: 'checkTrainable',
    expected: `identities that ${images} images can be of`,
    received: `${classes} of them`,
    fix: 'Number the identities from 0 without gaps; beside records, correct the file property or remove it.',
    fields: { classes, images },
  });
