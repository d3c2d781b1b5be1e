import { appendFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { TarAtFar } from '@hm/eval';
import { readRegularFile, readTextIfThere } from '@hm/tensor/files';
import { americanSpelling, checkArguments, InvalidDataError } from '@hm/tensor/host';
import type { HardnessEvent, Recipe } from '@hm/train';

/** Record of one trained network: a line of `rows.jsonl`. */
export interface StudyRow {
  study: string;
  stage: 'tuning' | 'final';
  condition: string;
  arm: string;
  seed: number;
  /** SHA-256 of all that the network depends on. */
  configuration: string;
  /** None of a network that was taken as it is. */
  recipe?: Recipe;
  /** Environment of the run: engine, threads, versions. */
  kernels: string;
  versions: Readonly<Record<string, string>>;
  processor: string;
  /** When it was done, in ISO 8601, and seconds of its last, uninterrupted piece. */
  time: string;
  seconds: number;
  /** Training images, and those that cleaning had left out. */
  data: {
    images: number;
    classes: number;
    mislabeled: number;
    removed?: { images: number; mislabeled: number };
  };
  epochs: readonly { loss: number; accuracy?: number }[];
  /** How hard the samples were, epoch by epoch, and with hard mining what its gate did. */
  hardness?: readonly Omit<HardnessEvent, 'kind' | 'step'>[];
  /** The checkpoint that validation chose. */
  validation: { step: number; score: number };
  /** Scores of that checkpoint; of rows that tune none. */
  tests: Readonly<Record<string, TestScore>>;
}

/** A network's score on one test; each pair's distance is in `scores/CONFIGURATION.TEST.f32`. */
export interface TestScore {
  pairs: number;
  accuracy: number;
  auc: number;
  eer: number;
  tarAtFar: readonly TarAtFar[];
  /** By which each fold was judged, found on the others. */
  thresholds: readonly number[];
}

const rowsPath = (folder: string) => join(folder, 'rows.jsonl');

/** The rows in a study's folder; none if there is none yet. @throws {InvalidDataError} */
export async function readRows(folder: string): Promise<StudyRow[]> {
  checkArguments('readRows', { folder }, { folder: 'string' });
  const text = (await readTextIfThere(rowsPath(folder))) ?? '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => parsed(line, `${rowsPath(folder)}, line ${index + 1}`));
}

/** Removes what a killed process left of a line. */
export async function mendRows(folder: string): Promise<void> {
  const text = await readRegularFile(rowsPath(folder)).catch(() => Buffer.alloc(0));
  const whole = text.lastIndexOf(0x0a) + 1;
  if (whole < text.length) await truncate(rowsPath(folder), whole);
}

/** Adds a row; it is on the disk when this returns. */
export const appendRow = (folder: string, row: StudyRow): Promise<void> =>
  appendFile(rowsPath(folder), `${JSON.stringify(row)}\n`, { flush: true });

function parsed(line: string, where: string): StudyRow {
  try {
    return americanSpelling(JSON.parse(line));
  } catch (cause) {
    throw new InvalidDataError({
      where,
      expected: 'a row of a study as JSON',
      received: (cause as Error).message,
      fix: 'Remove that line: its network is trained again.',
      cause,
    });
  }
}
