import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readRegularText } from '@hm/tensor/files';
import {
  checkArguments,
  checkOptions,
  InvalidDataError,
  type JsonSchema,
  schemaMistake,
} from '@hm/tensor/host';
import type { VerificationResult } from '../verification/verification-result.ts';
import type { EvaluatedRun } from './evaluated-run.ts';

/** Options of {@link readEvaluations}. */
export interface ReadEvaluationsOptions {
  /** Returns the metadata of a model from its run's `run.json`, for evaluations of files that had none. */
  describeRun?: (run: unknown) => Promise<Readonly<Record<string, string>>>;
}

/**
 * Reads the evaluations in a file, or in every `.json` file of a run's folder. A file holds what `toJson` and
 * `hm eval --json` write, a list of it, or a study's `report.json`.
 *
 * @throws {InvalidDataError} if there are none, or the given file is something else.
 * @example
 * console.log(comparisonMarkdown(compareWithPaper(await readEvaluations('runs/hm-arcface'))));
 */
export async function readEvaluations(
  path: string,
  options: ReadEvaluationsOptions = {},
): Promise<EvaluatedRun[]> {
  const { describeRun } = checkOptions('readEvaluations', options, { describeRun: 'function' });
  checkArguments('readEvaluations', { path }, { path: 'string' });
  const found = await stat(path).catch((cause: unknown) => {
    throw faulty(path, 'nothing there', cause);
  });
  if (!found.isDirectory()) {
    const evaluations = evaluationsIn(await readJson(path)) ?? [];
    if (evaluations.length === 0) throw faulty(path, 'another file');
    return evaluations;
  }
  const files = (await readdir(path)).filter((file) => file.endsWith('.json')).sort();
  const contents = await Promise.all(files.map((file) => readJson(join(path, file))));
  const training = contents[files.indexOf('run.json')];
  const evaluations = contents.flatMap((content) => evaluationsIn(content) ?? []);
  if (evaluations.length === 0) throw faulty(path, 'a folder without one');
  const described = await describeRun?.(training);
  return evaluations.map(({ result, ...run }) => ({
    ...run,
    result: { ...result, metadata: { ...described, ...result.metadata } },
  }));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readRegularText(path));
  } catch (cause) {
    throw faulty(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function evaluationsIn(content: unknown): EvaluatedRun[] | undefined {
  if (isResult(content)) return [{ result: content }];
  if (Array.isArray(content) && content.length > 0 && content.every(isResult)) {
    return content.map((result) => ({ result }));
  }
  const { runs } = (content ?? {}) as { runs?: (Partial<EvaluatedRun> | null)[] };
  if (!Array.isArray(runs)) return undefined;
  return runs.flatMap((run) =>
    isResult(run?.result) && ['string', 'undefined'].includes(typeof run.loss)
      ? [{ result: run.result, loss: run.loss }]
      : [],
  );
}

const isResult = (content: unknown): content is VerificationResult =>
  schemaMistake(content, result) === undefined;

const text: JsonSchema = { type: 'string' };
const truth: JsonSchema = { type: 'boolean' };
const number: JsonSchema = { type: 'number' };
const object = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  ...{ type: 'object', properties, required: Object.keys(properties) },
});

const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
const rate = orNull(object({ rate: number, low: number, high: number, pairs: number }));
const worst = orNull(object({ group: text, ratio: number }));

/** Schema of everything that a report reads. */
const result: JsonSchema = {
  type: 'object',
  required: [
    ...['protocol', 'model', 'flip', 'distance', 'official', 'notes', 'pairs', 'accuracy', 'standardError'],
    ...['auc', 'eer', 'threshold', 'folds', 'tarAtFar'],
  ],
  properties: {
    ...{ protocol: text, model: text, flip: text, distance: text, official: truth },
    ...{
      pairs: number,
      accuracy: number,
      standardError: number,
      auc: number,
      eer: number,
      threshold: number,
    },
    notes: { type: 'array', items: text },
    folds: {
      type: 'array',
      items: object({ fold: number, pairs: number, accuracy: number, threshold: number }),
    },
    tarAtFar: {
      type: 'array',
      items: object({
        ...{ far: number, impostors: number },
        ...{ tar: orNull(number), threshold: orNull(number), falseAccepts: orNull(number) },
      }),
    },
    metadata: { type: 'object', additionalProperties: text },
    scores: {
      type: 'array',
      items: object({
        ...{ first: text, second: text, same: truth, fold: number, distance: number, accepted: truth },
      }),
    },
    groups: {
      type: 'object',
      required: ['threshold', 'confidence', 'groups'],
      properties: {
        ...{ threshold: number, confidence: number },
        groups: {
          type: 'array',
          items: object({ group: text, falseMatchRate: rate, falseNonMatchRate: rate }),
        },
        ...{ acrossGroups: rate, worstFalseMatchRate: worst, worstFalseNonMatchRate: worst },
      },
    },
    errorVersusDiscard: object({
      ...{ quality: text, threshold: number },
      points: {
        type: 'array',
        items: object({ discarded: number, falseNonMatchRate: number, falseMatchRate: number }),
      },
    }),
    validationRate: object({ far: number, val: number, standardDeviation: number }),
  },
};

const faulty = (path: string, received: string, cause?: unknown) =>
  new InvalidDataError({
    where: path,
    expected: `an evaluation at ${basename(path)}`,
    received,
    fix: `Write one first: hm eval MODEL --lfw ALIGNED --out ${path.endsWith('.json') ? path : join(path, 'lfw.json')}`,
    fields: { path },
    cause,
  });
