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
  /** SHA-256 of everything that the network depends on. */
  configuration: string;
  /** Recipe; missing if the network was not trained. */
  recipe?: Recipe;
  /** Engine and its threads: `onnx cpu, 1 thread`. */
  kernels: string;
  /** Versions of the software, by name. */
  versions: Readonly<Record<string, string>>;
  /** Name of the processor. */
  processor: string;
  /** When the network was done, in ISO 8601. */
  time: string;
  /** Duration of the last uninterrupted part. */
  seconds: number;
  /** Training data, and the images that cleaning has left out. */
  data: {
    images: number;
    classes: number;
    mislabeled: number;
    removed?: { images: number; mislabeled: number };
  };
  epochs: readonly { loss: number; accuracy?: number }[];
  /** How hard the samples were in each epoch and, with hard mining, what its gate did. */
  hardness?: readonly Omit<HardnessEvent, 'kind' | 'step'>[];
  /** True if the training diverged, with a setting that tuning tried; it has the lowest score. */
  diverged?: true;
  /** Checkpoint that validation chose; step 0 for a network that was not trained, or whose training diverged. */
  validation: { step: number; score: number };
  /** Scores of that checkpoint; empty for tuning. */
  tests: Readonly<Record<string, TestScore>>;
}

/** Scores of a network on one test. The distance of each pair is in `scores/CONFIGURATION.TEST.f32`. */
export interface TestScore {
  pairs: number;
  accuracy: number;
  auc: number;
  eer: number;
  tarAtFar: readonly TarAtFar[];
  /** Threshold of each fold, found on the other folds. */
  thresholds: readonly number[];
}

/** Path of the rows in a study's folder. */
export const rowsPath = (folder: string) => join(folder, 'rows.jsonl');

/** Reads the rows in a study's folder; empty if there are none yet. @throws {InvalidDataError} */
export async function readRows(folder: string): Promise<StudyRow[]> {
  checkArguments('readRows', { folder }, { folder: 'string' });
  const text = (await readTextIfThere(rowsPath(folder))) ?? '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => parsed(line, `${rowsPath(folder)}, line ${index + 1}`));
}

/** Removes an incomplete last line, which a killed process has left. */
export async function mendRows(folder: string): Promise<void> {
  const text = await readRegularFile(rowsPath(folder)).catch(() => Buffer.alloc(0));
  const whole = text.lastIndexOf(0x0a) + 1;
  if (whole < text.length) await truncate(rowsPath(folder), whole);
}

/** Appends a row, which is on the disk when the promise resolves. */
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
