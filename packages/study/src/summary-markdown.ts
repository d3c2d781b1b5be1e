import { mean, standardError } from '@hm/eval';
import { checkArguments } from '@hm/tensor/host';
import { markdownTable } from './markdown-table.ts';
import type { StudyPlan } from './plan.ts';
import type { StudySummary } from './summarize.ts';

/** Formats a summary as Markdown, in percent and percentage points. */
export function summaryMarkdown(plan: StudyPlan, summary: StudySummary): string {
  checkArguments(
    'summaryMarkdown',
    { plan, summary },
    { plan: { has: ['name', 'question'] }, summary: { has: ['arms', 'comparisons', 'mining'] } },
  );
  const { name, question } = plan;
  const { arms, comparisons, mining } = summary;
  return [
    `# ${name}`,
    question,
    table(
      ['Condition', 'Test', 'Arm', 'Learning rate', 'Seeds', 'Accuracy (%)', '± (standard error over seeds)'],
      arms.map(({ condition, test, arm, learningRate, accuracies }) => [
        ...[condition, test, arm],
        learningRate === undefined ? '–' : String(Number(learningRate.toPrecision(3))),
        String(accuracies.length),
        percent(mean(accuracies)),
        accuracies.length > 1 ? percent(standardError(accuracies)) : '–',
      ]),
    ),
    'Differences in percentage points, second minus first: 95 % intervals over seeds and people together, p-values by Holm over all of them, and the smallest difference that this design would have seen with 80 % probability.',
    table(
      [
        'Condition',
        'Test',
        'Comparison',
        'Seeds',
        'Difference',
        'Interval',
        'p, corrected',
        'Could have seen',
      ],
      comparisons.map((one) => [
        ...[one.condition, one.test, `${one.second} − ${one.first}`, String(one.seeds.length)],
        ...[signed(one.difference), `${signed(one.low)} to ${signed(one.high)}`],
        ...[one.correctedPValue.toFixed(3), percent(one.detectable)],
      ]),
    ),
    'What samples did in the first, the middle and the last epoch: the share whose gate was less than half open, the mean gate, how many times as hard as another a mislabeled sample pulled, and the part of the gradient in percent that came from samples whose own class had a probability below 0.1, from 0.1 to 0.2, and so on.',
    table(
      ['Condition', 'Arm', 'Epoch', 'Easy', 'Gate', 'Mislabeled', ...TENTHS],
      mining.map(({ condition, arm, epoch, easyShare, meanGate, pullShares, mislabeledPull }) => [
        ...[condition, arm, String(epoch)],
        ...[easyShare, meanGate].map((value) => value?.toFixed(2) ?? '–'),
        mislabeledPull === undefined ? '–' : `${mislabeledPull.toFixed(2)} ×`,
        ...TENTHS.map((_, k) => (pullShares ? (100 * pullShares[k]!).toFixed(0) : '–')),
      ]),
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

const TENTHS = Array.from({ length: 10 }, (_, k) => `to ${((k + 1) / 10).toFixed(1)}`);
const percent = (share: number) => (100 * share).toFixed(2);
const signed = (share: number) => `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0 ? 'Nothing has run yet.' : markdownTable(header, rows);
