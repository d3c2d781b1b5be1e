import type { AlignFolderOptions, AlignSummary } from '@hm/align';
import { printable } from '@hm/tensor/host';
import { describeLeftOut } from './data/describe-left-out.ts';
import { progress } from './output/progress.ts';

/** Maximum number of image names to print; the manifest has all of them. */
const LISTED = 20;

/** Aligns a folder with a progress bar and reports the result as text or JSON. Returns true if all shards are done. */
export async function alignInto(
  input: string,
  output: string,
  options: AlignFolderOptions,
  tell: (text: string) => void,
  json = false,
): Promise<boolean> {
  const { alignFolder } = await import('@hm/align');
  const missed: Record<'no-face' | 'undecodable', string[]> = { 'no-face': [], undecodable: [] };
  const line = progress('aligning');
  let whole = false;
  try {
    for await (const event of alignFolder(input, output, options)) {
      if (event.kind === 'done') {
        line.stop();
        whole = event.summary.whole;
        const { summary } = event;
        const report = { ...summary, withoutFace: missed['no-face'], unreadable: missed.undecodable };
        tell(json ? JSON.stringify(report) : describe(report));
        if (summary.images > 0 && summary.aligned + summary.skipped === 0) process.exitCode = 1;
      } else {
        line.update(event.index, event.total);
        if (event.kind === 'no-face' || event.kind === 'undecodable')
          missed[event.kind].push(event.record.path);
      }
    }
  } finally {
    line.stop();
  }
  return whole;
}

interface AlignReport extends AlignSummary {
  withoutFace: string[];
  unreadable: string[];
}

function describe(report: AlignReport): string {
  const { images, aligned, skipped, noFace, undecodable, seconds, imagesPerSecond } = report;
  const counts = `${aligned} aligned, ${skipped} already there, ${noFace} without a face, ${undecodable} undecodable`;
  return [
    `${images} images: ${counts}; ${seconds.toFixed(1)} s, ${imagesPerSecond.toFixed(1)} images/s.`,
    ...list('No face found in', report.withoutFace),
    ...list('Cannot be decoded', report.unreadable),
    ...(report.leftOut.length > 0 ? [describeLeftOut(report.leftOut)] : []),
    report.whole
      ? printable(`Every image: ${report.manifest}`)
      : printable(`Other shards are not finished: the last of them writes ${report.manifest}.`),
  ].join('\n');
}

function list(title: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > LISTED ? [`  and ${names.length - LISTED} more`] : [];
  return [`${title}:`, ...names.slice(0, LISTED).map((name) => printable(`  ${name}`)), ...more];
}
