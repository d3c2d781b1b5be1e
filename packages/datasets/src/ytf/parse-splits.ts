import { checkArguments, InvalidDataError } from '@hm/tensor/host';
import { unsafeName } from '../files/entry-name.ts';

/** A pair of videos, each `Person_Name/number`. */
export interface VideoPair {
  first: string;
  second: string;
  same: boolean;
  /** Fold of the pair, from `[0, folds)`. */
  fold: number;
  /** Line of the list, from 1. */
  line: number;
}

/** YouTube Faces' list of pairs. */
export interface VideoPairList {
  folds: number;
  pairs: readonly VideoPair[];
  /** True if the list has a second, corrected label. */
  corrected: boolean;
}

/**
 * Parses YouTube Faces' `splits.txt`, with or without its header: lines `split, pair, first, second, same`. The
 * corrected list has a sixth column, the corrected label; `labels` decides whether it is used.
 *
 * @param path Name of the list in error messages.
 * @throws {InvalidDataError} that names the line.
 * @example
 * parseSplits('1, 1, Sadie_Frost/1, Sadie_Frost/5, 1\n', 'splits.txt').pairs.length; // 1
 */
export function parseSplits(
  text: string,
  path: string,
  labels: 'corrected' | 'original' = 'corrected',
): VideoPairList {
  checkArguments('parseSplits', { text, path }, { text: 'string', path: 'string' });
  const pairs: VideoPair[] = [];
  let columns = 0;
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '' || (pairs.length === 0 && /^split/i.test(line.trim()))) continue;
    const fields = line.split(',').map((field) => field.trim());
    columns ||= fields.length;
    const pair = fields.length === columns ? parseRow(fields, labels, index + 1) : undefined;
    if (!pair) throw invalid(path, index + 1, line);
    pairs.push(pair);
  }
  if (pairs.length === 0) throw invalid(path, 1, 'nothing');
  return { pairs, folds: foldsOf(pairs, path), corrected: columns === 6 };
}

function parseRow(fields: readonly string[], labels: 'corrected' | 'original', line: number) {
  const [split = '', , first = '', second = '', original, corrected] = fields;
  const label = labels === 'corrected' ? (corrected ?? original) : original;
  const fold = /^[1-9]\d{0,3}$/.test(split) ? Number(split) - 1 : -1;
  const fits = [5, 6].includes(fields.length) && fold >= 0 && (label === '0' || label === '1');
  if (!fits || !isVideo(first) || !isVideo(second)) return undefined;
  return { first, second, same: label === '1', fold, line };
}

/** True if a name is that of a video. Names become folders, so one that could leave the root is rejected. */
const isVideo = (name: string) => /^[^/\\]+\/\d{1,4}$/.test(name) && unsafeName(name) === undefined;

function foldsOf(pairs: readonly VideoPair[], path: string): number {
  const found = new Set(pairs.map(({ fold }) => fold));
  const folds = Math.max(...found) + 1;
  if (found.size === folds) return folds;
  throw invalid(path, 1, `splits numbered up to ${folds}, of which only ${found.size} have pairs`);
}

const invalid = (path: string, line: number, received: string) =>
  new InvalidDataError({
    where: `${path}:${line}`,
    expected: "'split, pair, Name/video, Name/video, 0 or 1', and the corrected label in all lines or none",
    received: `'${received.slice(0, 200)}'`,
    fix: 'Use the list as its authors published it.',
    fields: { path, line, reason: 'not a line of splits.txt' },
  });
