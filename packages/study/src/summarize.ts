import { join } from 'node:path';
import { holm, type SeedDifference, seedDifference, smallestDetectable } from '@hm/eval';
import { readRegularFile, readRegularText } from '@hm/tensor/files';
import { checkArguments } from '@hm/tensor/host';
import { finalCells } from './cells.ts';
import type { PairedPeople } from './people-of.ts';
import type { StudyPlan } from './plan.ts';
import { readRows, type StudyRow } from './rows.ts';
import { type MiningSummary, summarizeMining } from './summarize-mining.ts';

/** Results of a study so far. */
export interface StudySummary {
  arms: readonly ArmSummary[];
  comparisons: readonly ComparisonSummary[];
  mining: readonly MiningSummary[];
}

/** Results of an arm on a test under a condition. */
export interface ArmSummary {
  condition: string;
  test: string;
  arm: string;
  /** Accuracy with each seed that has run. */
  accuracies: readonly number[];
  /** Learning rate; missing if the network was not trained. */
  learningRate?: number;
}

/** A comparison of two arms on a test under a condition: the second's accuracy minus the first's. */
export interface ComparisonSummary extends SeedDifference {
  condition: string;
  test: string;
  first: string;
  second: string;
  /** Seeds that both arms have. */
  seeds: readonly number[];
  /** P-value with Holm's correction over all comparisons of this summary. */
  correctedPValue: number;
  /**
   * Smallest difference that this design sees with 80 % probability at 5 %, corrected for the number of comparisons.
   */
  detectable: number;
}

/**
 * Summarises the rows of a plan's networks: accuracies and, for each of the plan's comparisons, the difference over the
 * seeds that both arms have, if these are two or more. Rows of other plans in the folder do not count.
 *
 * @param folder the study's folder.
 */
export async function summarizeStudy(plan: StudyPlan, folder: string): Promise<StudySummary> {
  checkArguments(
    'summarizeStudy',
    { plan, folder },
    { plan: { has: ['name', 'question'] }, folder: 'string' },
  );
  const names = Object.keys(plan.arms);
  const rows = rowsOf(plan, await readRows(folder));
  const places = placesOf(rows);
  const arms = places.flatMap((place) =>
    names.flatMap((arm) => {
      const own = at(rows, place, arm);
      if (own.length === 0) return [];
      const accuracies = own.map(({ tests }) => tests[place.test]!.accuracy);
      const learningRate = own[0]!.recipe?.learningRate;
      return [{ ...place, arm, accuracies, ...(learningRate !== undefined && { learningRate }) }];
    }),
  );
  const found: Omit<ComparisonSummary, 'correctedPValue' | 'detectable'>[] = [];
  for (const place of places)
    for (const [first, second] of plan.comparisons ?? []) {
      const [a, b] = [first, second].map((arm) => {
        const own = at(rows, place, arm);
        // A network that is not trained is the same for every seed.
        return plan.arms[arm]!.loss === null
          ? plan.seeds.flatMap((seed) => own.map((row) => ({ ...row, seed })))
          : own;
      }) as [PlannedRow[], PlannedRow[]];
      const seeds = a.map(({ seed }) => seed).filter((seed) => b.some((row) => row.seed === seed));
      if (seeds.length < 2) continue;
      const people = await pairsOf(folder, a[0]!.pairsOf, place.test);
      const right = (of: PlannedRow[]) =>
        Promise.all(
          seeds.map((seed) => rightPairs(folder, place.test, of.find((row) => row.seed === seed)!, people)),
        );
      found.push({
        ...place,
        first,
        second,
        seeds,
        ...seedDifference(await right(a), await right(b), people),
      });
    }
  const corrected = holm(found.map(({ pValue }) => pValue));
  return {
    arms,
    mining: summarizeMining(rows, names),
    comparisons: found.map((one, index) => ({
      ...one,
      correctedPValue: corrected[index]!,
      detectable: smallestDetectable(one.standardError, {
        comparisons: found.length,
        degrees: one.seeds.length - 1,
      }),
    })),
  };
}

/** A row under the names that the plan has for it. */
interface PlannedRow extends StudyRow {
  /** Condition under whose name the pairs were stored. */
  pairsOf: string;
}

/**
 * Returns the rows of the plan's own networks. They are found by configuration: the folder may hold networks of other
 * plans under the same names, and another plan may have trained the same network under another name.
 */
function rowsOf(plan: StudyPlan, rows: readonly StudyRow[]): PlannedRow[] {
  const finals = rows.filter(({ stage }) => stage === 'final');
  const found = new Map(finals.map((row) => [row.configuration, row]));
  return finalCells(plan, rows).flatMap(({ condition, arm, seed, configuration }) => {
    const row = found.get(configuration);
    return row ? [{ ...row, condition, arm, seed, pairsOf: row.condition }] : [];
  });
}

interface Place {
  condition: string;
  test: string;
}

function placesOf(rows: readonly StudyRow[]): Place[] {
  const places = new Map<string, Place>();
  for (const { condition, tests } of rows)
    for (const test of Object.keys(tests)) places.set(JSON.stringify([condition, test]), { condition, test });
  return [...places.values()];
}

const at = (rows: readonly PlannedRow[], { condition, test }: Place, arm: string): PlannedRow[] =>
  rows
    .filter((row) => row.condition === condition && row.arm === arm && test in row.tests)
    .sort((a, b) => a.seed - b.seed);

const pairsOf = async (folder: string, condition: string, test: string): Promise<PairedPeople> =>
  JSON.parse(await readRegularText(join(folder, 'pairs', `${condition}.${test}.json`)));

/** `[pairs]`, true for each pair that its fold's threshold judges correctly. */
async function rightPairs(
  folder: string,
  test: string,
  { configuration, tests }: StudyRow,
  { same, fold }: PairedPeople,
): Promise<boolean[]> {
  const bytes = await readRegularFile(join(folder, 'scores', `${configuration}.${test}.f32`));
  const { thresholds } = tests[test]!;
  return same.map((one, pair) => bytes.readFloatLE(4 * pair) < thresholds[fold[pair]!]! === one);
}
