import { join } from 'node:path';
import type { SkippedEntry } from '@hm/images';
import { MANIFEST } from './manifest.ts';

/** Result of aligning a folder. */
export interface AlignSummary {
  images: number;
  /** Number of images aligned by this run. */
  aligned: number;
  noFace: number;
  undecodable: number;
  /** Number of images that were skipped because they already had an output. */
  skipped: number;
  seconds: number;
  /** Images read per second by this run. */
  imagesPerSecond: number;
  /** Path of `alignment.jsonl`. */
  manifest: string;
  /** Entries of the input folder that are not readable images. */
  leftOut: readonly SkippedEntry[];
  /** False for a shard while others are unfinished: the last to finish writes the manifest of all. */
  whole: boolean;
}

/** Returns the summary of a run, but for what only the end of the run tells. */
export function summarize(
  counts: Record<'aligned' | 'no-face' | 'undecodable' | 'skipped', number>,
  seconds: number,
  output: string,
): Omit<AlignSummary, 'whole' | 'leftOut'> {
  const { aligned, 'no-face': noFace, undecodable, skipped } = counts;
  const read = aligned + noFace + undecodable;
  const manifest = join(output, MANIFEST);
  return {
    images: read + skipped,
    ...{ aligned, noFace, undecodable, skipped, seconds },
    imagesPerSecond: read / seconds,
    manifest,
  };
}
