import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { checkArguments, checkOptions, InvalidDataError } from '@hm/tensor/host';
import { isArchive } from './lfw/archive-finder.ts';
import { lfwPairs } from './lfw/lfw-pairs.ts';
import { pairList } from './lists/pair-list.ts';
import type { VerificationProtocol } from './protocol.ts';
import { verificationBin } from './verification-bin/verification-bin.ts';
import type { FrameChoice } from './ytf/choose-frames.ts';
import { ytfPairs } from './ytf/ytf-pairs.ts';

/** Options of {@link openProtocol}. */
export interface OpenProtocolOptions {
  /** Path of the list of pairs, if it is not beside the images. */
  pairs?: string;
  /** Drop pairs with a missing image; the score is then not official. Default false. */
  skipMissing?: boolean;
  /** Frames to use of each video. Default `all`. */
  frames?: FrameChoice;
}

/**
 * Opens a verification protocol of any supported format: LFW's folder or archive, YouTube Faces, one of InsightFace's
 * `.bin` sets, or a list of pairs of files.
 *
 * @throws {InvalidDataError} if no format fits (the message says what was found), or if the files are damaged.
 * @example
 * const { name, pairs } = await openProtocol('faces_emore/agedb_30.bin');
 */
export async function openProtocol(
  path: string,
  options: OpenProtocolOptions = {},
): Promise<VerificationProtocol> {
  const {
    frames,
    skipMissing = false,
    ...pairs
  } = checkOptions('openProtocol', options, {
    ...{ pairs: 'string', skipMissing: 'boolean', frames: ['string', 'object'] },
  });
  const list = { ...pairs, skipMissing };
  checkArguments('openProtocol', { path }, { path: 'string' });
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    return (await holdsVideos(path, options.pairs))
      ? ytfPairs(path, { ...list, ...(frames && { frames }) })
      : lfwPairs(path, list);
  }
  if (found && isArchive(path)) return lfwPairs(path, list);
  if (found && extname(path) === '.bin') return verificationBin(path);
  if (found && ['.csv', '.txt', '.tsv', '.lst'].includes(extname(path).toLowerCase()))
    return pairList(path, { skipMissing });
  throw new InvalidDataError({
    where: path,
    expected:
      'a folder or archive of LFW, a folder of YouTube Faces, a .bin set, or a list of pairs (.csv, .txt)',
    received: found ? 'another file' : 'no such path',
    fix: 'Check the path.',
    fields: { path, reason: found ? 'another file' : 'no such path' },
  });
}

/**
 * True for YouTube Faces, which has its own list or folders named after it. A list beside the folder may be another
 * folder's, so it counts only if there is no other.
 */
async function holdsVideos(path: string, pairs: string | undefined): Promise<boolean> {
  if (pairs !== undefined && basename(pairs).includes('splits')) return true;
  const names = await readdir(path);
  if (names.some((name) => ['aligned_images_DB', 'frame_images_DB', 'splits.txt'].includes(name)))
    return true;
  if (/_images_DB\/?$/.test(path)) return true;
  if (pairs !== undefined || names.includes('pairs.txt')) return false;
  const beside = await readdir(join(path, '..')).catch((): string[] => []);
  return beside.includes('splits.txt') && !beside.includes('pairs.txt');
}
