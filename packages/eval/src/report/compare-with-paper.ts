import { checkArguments, InvalidArgumentError } from '@hm/tensor/host';
import { type Comparison, compareResults } from '../statistics/compare-results.ts';
import type { VerificationResult } from '../verification/verification-result.ts';
import { type EvaluatedRun, type NamedRun, nameRun } from './evaluated-run.ts';
import { lossLabel, type PaperRow, paperTables } from './paper.ts';

/** One protocol's cell in a row: the paper's accuracy in percent, if it has one, and our results. */
export interface ComparisonCell {
  paper: number | undefined;
  ours: VerificationResult[];
}

/** A row of a comparison: one loss, or one model whose loss is unknown. */
export interface ComparisonRow {
  label: string;
  cells: ComparisonCell[];
}

/** A table laid out like the paper's: losses by protocols, for one training set. */
export interface ComparisonTable {
  title: string;
  protocols: string[];
  rows: ComparisonRow[];
  /** Cells of the paper that have no run, such as `ArcFace on YTF`. */
  missing: string[];
}

/**
 * Runs compared with each other. Those with a row in the paper's Tables 1 and 2 are shown beside it; other training
 * sets have their own tables.
 */
export interface PaperComparison {
  /** Results of the runs, in the order given. */
  results: VerificationResult[];
  tables: ComparisonTable[];
  /** Comparison of each loss with its hard-mining form, if both were scored on the same pairs with `scores: true`. */
  hardMining: { trainedOn: string; protocol: string; comparison: Comparison }[];
  notes: string[];
}

/**
 * Compares evaluations with each other, and with the rows of the paper's Tables 1 and 2 that match them.
 *
 * @throws {InvalidArgumentError} if there are no runs.
 * @example
 * console.log(comparisonMarkdown(compareWithPaper([{ result, loss: 'hm-ce', trainedOn: 'CASIA-WebFace' }])));
 */
export function compareWithPaper(given: readonly EvaluatedRun[]): PaperComparison {
  checkArguments('compareWithPaper', { given }, { given: 'array' });
  if (given.length === 0) throw nothing();
  const runs = given.map(nameRun);
  const known = paperTables
    .map(({ number, trainedOn, rows }) =>
      tableOf(`Table ${number}: trained on ${trainedOn}`, runsOn(runs, trainedOn), rows),
    )
    .filter(({ rows }) => rows.some(hasBoth));
  const others = [...new Set(runs.map(({ trainedOn }) => trainedOn))]
    .filter((set) => !paperTables.some(({ trainedOn }) => trainedOn === set))
    .map((set) =>
      tableOf(set === undefined ? 'Training set unknown' : `Trained on ${set}`, runsOn(runs, set), []),
    );
  const results = runs.map(({ result }) => result);
  return {
    results,
    tables: [...known, ...others],
    hardMining: hardMiningPairs(runs),
    notes: runs.flatMap(notesOf),
  };
}

/** True if a row is in the paper and has a run of ours. */
const hasBoth = ({ cells }: ComparisonRow) =>
  cells.some(({ paper }) => paper !== undefined) && cells.some(({ ours }) => ours.length > 0);

const runsOn = (runs: readonly NamedRun[], set: string | undefined) =>
  runs.filter(({ trainedOn }) => trainedOn === set);

/** Returns `LFW` and `YTF` as in the paper, and the own names of other protocols. */
const protocolName = ({ protocol }: VerificationResult) => {
  if (/^lfw\b/i.test(protocol)) return 'LFW';
  return /^(ytf|youtube faces)\b/i.test(protocol) ? 'YTF' : protocol;
};

const rowName = ({ loss, result }: NamedRun) => (loss === undefined ? result.model : lossLabel(loss));

function tableOf(title: string, runs: readonly NamedRun[], paper: readonly PaperRow[]): ComparisonTable {
  const inPaper = paper.length > 0 ? ['LFW', 'YTF'] : [];
  const protocols = [...new Set([...inPaper, ...runs.map(({ result }) => protocolName(result))])];
  const labels = [...new Set([...paper.map(({ label }) => label), ...runs.map(rowName)])];
  const rows = labels.map((label) => {
    const printed = paper.find((row) => row.label === label);
    const own = runs.filter((run) => rowName(run) === label).map(({ result }) => result);
    return {
      label,
      cells: protocols.map((protocol) => ({
        paper: protocol === 'LFW' ? printed?.lfw : protocol === 'YTF' ? printed?.ytf : undefined,
        ours: own.filter((result) => protocolName(result) === protocol),
      })),
    };
  });
  return { title, protocols, rows, missing: rows.flatMap((row) => missingIn(row, protocols)) };
}

const missingIn = ({ label, cells }: ComparisonRow, protocols: readonly string[]) =>
  cells.flatMap(({ paper, ours }, k) =>
    paper !== undefined && ours.length === 0 ? [`${label} on ${protocols[k]}`] : [],
  );

function hardMiningPairs(runs: readonly NamedRun[]): PaperComparison['hardMining'] {
  return runs.flatMap((plain) =>
    runs
      .filter(
        (mined) => plain.loss !== undefined && mined.loss === `hm-${plain.loss}` && comparable(plain, mined),
      )
      .map((mined) => ({
        trainedOn: plain.trainedOn ?? 'unknown',
        protocol: plain.result.protocol,
        comparison: {
          ...compareResults(plain.result, mined.result),
          first: lossLabel(plain.loss!),
          second: lossLabel(mined.loss!),
        },
      })),
  );
}

const comparable = (a: NamedRun, b: NamedRun) =>
  a.trainedOn === b.trainedOn &&
  a.result.protocol === b.result.protocol &&
  a.result.flip === b.result.flip &&
  a.result.scores !== undefined &&
  a.result.scores.length === b.result.scores?.length &&
  a.result.scores.every(
    ({ first, second }, k) => first === b.result.scores![k]!.first && second === b.result.scores![k]!.second,
  );

function notesOf({ result, backbone, loss }: NamedRun): string[] {
  const say = (text: string) => `${result.model} on ${result.protocol}: ${text}`;
  return [
    ...(backbone !== undefined && backbone !== 'resnet18'
      ? [say(`${backbone}, where the paper has ResNet-18.`)]
      : []),
    ...(loss === undefined ? [say('its file does not say by which loss it was trained.')] : []),
    ...(result.official ? [] : [say('not the official score.')]),
    ...(result.flip === 'off' ? [] : [say(`flip ${result.flip}; the paper does not say that it used any.`)]),
    ...result.notes.map(say),
  ];
}

const nothing = () =>
  new InvalidArgumentError({
    where: 'compareWithPaper',
    expected: 'at least one evaluation',
    received: 'none',
    fix: 'Evaluate a run: hm eval MODEL --lfw ALIGNED --out RUN/lfw.json.',
  });
