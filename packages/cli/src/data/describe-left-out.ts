import type { Dataset } from '@hm/datasets';
import { printable } from '@hm/tensor/host';

type Skipped = NonNullable<Dataset['skipped']>;

/** Maximum number of names to print per reason; `--json` has all. */
const LISTED = 5;

/** Returns a line per reason for entries that were not used, possible losses first; empty if there are none. */
export function describeLeftOut(skipped: Skipped = []): string {
  const reasons = new Map<string, string[]>();
  for (const { path, reason } of [...skipped].sort((a, b) => Number(b.missed) - Number(a.missed)))
    reasons.set(reason, [...(reasons.get(reason) ?? []), path]);
  const lines = [...reasons].map(([reason, paths]) => {
    const more = paths.length > LISTED ? ` and ${paths.length - LISTED} more` : '';
    return printable(`  ${reason}: ${paths.slice(0, LISTED).join(', ')}${more}`, 1000);
  });
  return lines.length === 0 ? '' : [`Left out (${skipped.length}):`, ...lines].join('\n');
}

/** Returns true if images or people may be missing because of what was left out. */
export const isMissed = (skipped: Skipped = []): boolean => skipped.some(({ missed }) => missed);
