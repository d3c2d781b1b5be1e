import { expect, test } from 'vitest';
import type { VerificationResult } from '../verification/verification-result.ts';
import { toJson } from './report-json.ts';
import { toMarkdown } from './report-markdown.ts';

const result = (
  model: string,
  protocol: string,
  changes: Partial<VerificationResult> = {},
): VerificationResult => ({
  protocol,
  model,
  pairs: 6000,
  accuracy: 0.979,
  standardError: 0.0021,
  standardDeviation: 0.0099,
  auc: 0.99712,
  eer: 0.0223,
  tarAtFar: [
    { far: 0.01, tar: 0.96, threshold: 1.2, falseAccepts: 30, genuine: 3000, impostors: 3000 },
    { far: 0.0001, tar: null, threshold: null, falseAccepts: null, genuine: 3000, impostors: 3000 },
  ],
  threshold: 1.23456,
  flip: 'off',
  distance: 'squared-euclidean',
  thresholdSearch: 'exact',
  centered: false,
  folds: [
    { fold: 0, pairs: 3000, accuracy: 0.97, threshold: 1.2 },
    { fold: 1, pairs: 3000, accuracy: 0.99, threshold: 1.3 },
  ],
  official: true,
  notes: [],
  ...changes,
});

test('Markdown has the tables of the paper: a row a model, a column a protocol', () => {
  const [header, rule, ...rows] = toMarkdown([
    result('ce', 'LFW', { accuracy: 0.9535 }),
    result('ce', 'YTF', { accuracy: 0.918 }),
    result('hm-ce', 'LFW', { accuracy: 0.9675 }),
  ]).split('\n');
  expect(header).toBe('| Model | Accuracy on LFW (%) | Accuracy on YTF (%) |');
  expect(rule).toBe('| --- | --- | --- |');
  expect(rows.slice(0, 2)).toEqual(['| ce | 95.35 | 91.80 |', '| hm-ce | 96.75 |  |']);
});

test('every measure is in the second table, and what FAR cannot resolve is a dash', () => {
  const lines = toMarkdown(result('arc|face', 'LFW', { flip: 'sum' })).split('\n');
  expect(lines[4]).toBe(
    '| Model | Protocol | Pairs | Accuracy (%) | Std (%) | AUC | EER (%) | TAR@FAR=0.01 (%) | TAR@FAR=0.0001 (%) | Threshold |',
  );
  expect(lines[6]).toBe(
    '| arc\\|face, flip sum | LFW | 3000 + 3000 | 97.90 ± 0.21 | 1.00 | 0.99712 | 2.23 | 96.00 | – | 1.2346 (squared-euclidean) |',
  );
});

test('a score that is not official is marked, and notes are listed once', () => {
  const text = toMarkdown([
    result('ce', 'LFW', { official: false, notes: ['2 pairs dropped.', '2 pairs dropped.'] }),
  ]);
  expect(text).toContain('| ce | 97.90 * |');
  expect(text.match(/not the official score/g)).toHaveLength(1);
  expect(text.match(/2 pairs dropped/g)).toHaveLength(1);
});

test('JSON gives the result back in full precision', () => {
  const precise = result('ce', 'LFW', { accuracy: 0.1 + 0.2 });
  expect(JSON.parse(toJson(precise))).toEqual(precise);
});
