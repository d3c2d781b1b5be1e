import type { Dataset, WriteDatasetOptions, WrittenDataset } from '@hm/datasets';
import { printable } from '@hm/tensor/host';
import { progress } from '../output/progress.ts';
import { describeLeftOut } from './describe-left-out.ts';

/** Formats of `--to`, the same as in `@hm/datasets`: importing it would make `--help` slow. */
export const formats = ['folder', 'recordio', 'insightface', 'tar', 'parquet'] as const;

/** Summary of the written files; `--json` prints it. */
export interface Written extends Omit<WrittenDataset, 'skipped'> {
  out: string;
  skipped: { index: number; reason: string }[];
  /** Entries that the data set's reader found and did not use. */
  leftOut: NonNullable<Dataset['skipped']>;
  imagesPerSecond: number;
}

/** Writes a data set in another format, with a progress bar. */
export async function writeData(
  label: string,
  dataset: Dataset,
  out: string,
  options: WriteDatasetOptions,
): Promise<Written> {
  const { writeDataset } = await import('@hm/datasets');
  const line = progress(label);
  try {
    const { skipped, ...written } = await writeDataset(out, dataset, {
      ...options,
      onProgress: (done, total) => line.update(done, total),
    });
    return {
      ...{ ...written, out, leftOut: dataset.skipped ?? [] },
      skipped: skipped.map(({ index, id, reason }) => ({ index, reason: `${id}: ${reason}` })),
      imagesPerSecond: written.images / written.seconds,
    };
  } finally {
    line.stop();
  }
}

/** Maximum number of names to print; `--json` has all. */
const LISTED = 20;

/** Returns a summary as text: a line of counts, then images that are left out or renamed. */
export function describeWritten({ out, format, images, identities, skipped, ...rest }: Written): string {
  const { seconds, imagesPerSecond, leftOut, renamed } = rest;
  const speed = `${seconds.toFixed(1)} s, ${imagesPerSecond.toFixed(1)} images/s`;
  const left = skipped.map(({ reason }) => printable(`  ${reason}`));
  const head = `${printable(out)}: ${images} images of ${identities} identities as ${format}; ${speed}.`;
  const names = renamed.slice(0, LISTED).map(({ id, path }) => printable(`  ${id} → ${path}`));
  const more = renamed.length > LISTED ? [`  and ${renamed.length - LISTED} more`] : [];
  return [
    head,
    ...(left.length > 0 ? [`Left out, ${left.length} that cannot be read:`, ...left] : []),
    ...(names.length > 0 ? [`Under another name, ${renamed.length}:`, ...names, ...more] : []),
    ...(leftOut.length > 0 ? [describeLeftOut(leftOut)] : []),
  ].join('\n');
}
