/** @import { Dataset, VerificationProtocol } from '@hm/datasets' */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';

/** @typedef {{ file: string, person: string, split: string }} Row */

/**
 * Reads a register with the columns file, person and split. Returns the rows of the split `train` as a data set and
 * those of `test` as pairs for validation.
 *
 * @param {string} path
 * @returns {Promise<{ training: Dataset, validation: VerificationProtocol }>}
 */
export async function staffRegister(path) {
  /** @type {Row[]} */
  const rows = parse(await readFile(path), { columns: true });
  const root = dirname(path);
  return {
    training: datasetOf(
      rows.filter(({ split }) => split === 'train'),
      root,
    ),
    validation: protocolOf(
      rows.filter(({ split }) => split === 'test'),
      root,
    ),
  };
}

/**
 * @param {Row[]} rows
 * @param {string} root
 * @returns {Dataset}
 */
function datasetOf(rows, root) {
  const people = [...new Set(rows.map(({ person }) => person))];
  return {
    length: rows.length,
    classes: people.length,
    name: (label) => people[label] ?? '',
    sample(index) {
      const { file, person } = /** @type {Row} */ (rows[index]);
      return { image: { path: join(root, file) }, label: people.indexOf(person), id: file };
    },
  };
}

/**
 * Pairs each photograph with the next of the same person and with one of another, for equal numbers of genuine and
 * impostor pairs.
 *
 * @param {Row[]} rows
 * @param {string} root
 * @returns {VerificationProtocol}
 */
function protocolOf(rows, root) {
  const folds = 5;
  const pairs = rows.flatMap(({ person }, first) => {
    const genuine = rows.findIndex((row, index) => index > first && row.person === person);
    const impostor = rows.findIndex((row, index) => index > first && row.person !== person);
    if (genuine === -1 || impostor === -1) return [];
    const fold = first % folds;
    return [
      { first, second: genuine, same: true, fold },
      { first, second: impostor, same: false, fold },
    ];
  });
  const images = rows.map(({ file }) => ({ path: join(root, file), id: file }));
  return { name: 'register', images, pairs, folds, official: false, notes: [] };
}
