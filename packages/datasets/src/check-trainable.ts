import { checkArguments, InvalidDataError } from '@hm/tensor/host';
import type { Dataset } from './dataset.ts';

/**
 * What a trainer asks of a data set before it starts. Opening a data set does not ask it, because embedding the
 * photographs of a single person is a fair use.
 *
 * @throws {InvalidDataError} if there are fewer than two identities, or far more than images (one label that lies would
 * make a network of any size), or its files do not agree about them.
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

/** So many identities are trained at once on any number of images. */
const FEW = 1000;

const tooManyClasses = (classes: number, images: number) =>
  new InvalidDataError({
    where: 'checkTrainable',
    expected: `identities that ${images} images can be of`,
    received: `${classes} of them`,
    fix: 'Number the identities from 0 without gaps; beside records, correct the file property or remove it.',
    fields: { classes, images },
  });
