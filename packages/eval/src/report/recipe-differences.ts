import type { VerificationResult } from '../verification/verification-result.ts';
import { settingsOf } from './recipe-section.ts';
import { seriesName } from './sections.ts';

/** Settings that say which result it is, or where and when it was made, rather than how. */
const IDENTITY =
  /^(model|protocol|runId|id|date|created)$|(^|\.)(sha256|path|out|host|started|finished|seconds)$/;

/** The settings in which results differ: a header of their names, and a row for each setting. */
export function recipeDifferences(results: readonly VerificationResult[]): {
  header: string[];
  rows: string[][];
} {
  const settings = results.map(settingsOf);
  const names = [...new Set(settings.flatMap((each) => [...each.keys()]))].filter(
    (key) => !IDENTITY.test(key),
  );
  const rows = names
    .map((key) => [key, ...settings.map((each) => each.get(key) ?? '–')])
    .filter(([, ...values]) => new Set(values).size > 1);
  return { header: ['Setting', ...results.map(seriesName)], rows };
}
