import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isImageName } from '@hm/images';
import { checkArguments, checkOptions, InvalidDataError } from '@hm/tensor/host';
import { droppedPairs } from '../dropped-pairs.ts';
import { findFile } from '../files/find-file.ts';
import { insideRoot } from '../files/inside-root.ts';
import { readText } from '../people/name-list.ts';
import type { ProtocolImage, VerificationPair, VerificationProtocol } from '../protocol.ts';
import { chooseFrames, describeFrames, type FrameChoice } from './choose-frames.ts';
import { parseSplits, type VideoPair, type VideoPairList } from './parse-splits.ts';

/** Options of {@link ytfPairs}. */
export interface YtfPairsOptions {
  /** Path of the pair list. Default: `splits.txt` in the root or beside it. */
  pairs?: string;
  /** Frames to use of each video. Default `all`. */
  frames?: FrameChoice;
  /** Label to use from a corrected list. Default `corrected`. */
  labels?: 'corrected' | 'original';
  /** Drop pairs with a missing video instead of throwing; the score is then not official. Default false. */
  skipMissing?: boolean;
}

/**
 * Opens YouTube Faces, with videos as templates of their frames. The root is `aligned_images_DB` or `frame_images_DB`,
 * or the folder that holds them, in which case the aligned frames are used. Frames are at `<Name>/<video>/*.jpg`,
 * ordered by the last number in their names. `official` is true for the published pairs with their published labels and
 * all frames.
 *
 * @throws {InvalidDataError} if the root, the list or a video is missing (naming the list's line), or if the list is
 * malformed.
 * @see Wolf, Hassner, Maoz, Face recognition in unconstrained videos with matched background similarity, CVPR 2011
 * @example
 * const { templates, pairs } = await ytfPairs('YouTubeFaces', { frames: { random: 15, seed: 7 } });
 */
export async function ytfPairs(root: string, options: YtfPairsOptions = {}): Promise<VerificationProtocol> {
  checkOptions('ytfPairs', options, {
    ...{ pairs: 'string', frames: ['string', 'object'], skipMissing: 'boolean' },
    labels: { oneOf: ['corrected', 'original'] },
  });
  checkArguments('ytfPairs', { root }, { root: 'string' });
  const path = options.pairs ?? (await defaultPairs(root));
  const list = parseSplits(await readText(path, 'a list of pairs of videos'), path, options.labels);
  const videos = new VideoTable(await imagesFolder(root), options.frames ?? 'all');
  const pairs: VerificationPair[] = [];
  const missing: MissingVideo[] = [];
  for (const pair of list.pairs) {
    const [first, second] = [await videos.add(pair.first), await videos.add(pair.second)];
    if (first !== undefined && second !== undefined) {
      pairs.push({ first, second, same: pair.same, fold: pair.fold });
    } else missing.push({ pair, video: first === undefined ? pair.first : pair.second });
  }
  if (missing[0] && (!options.skipMissing || pairs.length === 0)) {
    throw missingVideo(path, videos.root, missing[0], missing.length);
  }
  const { images, templates } = videos;
  return { ...describe(list, path, options, missing), images, templates, pairs, folds: list.folds };
}

/** Videos in the order of their first use. */
class VideoTable {
  readonly root: string;
  readonly images: ProtocolImage[] = [];
  readonly templates: number[][] = [];
  readonly #frames: FrameChoice;
  readonly #places = new Map<string, number | undefined>();
  readonly #check: (path: string) => void;

  constructor(root: string, frames: FrameChoice) {
    this.root = root;
    this.#frames = frames;
    this.#check = insideRoot(root);
  }

  /** Returns the template's index; undefined if there are no frames. */
  async add(video: string): Promise<number | undefined> {
    if (this.#places.has(video)) return this.#places.get(video);
    const folder = findFile(this.root, video);
    this.#check(folder);
    const files = await readdir(folder).catch(() => []);
    const frames = chooseFrames(files.filter(isImageName).sort(byFrame), this.#frames, video);
    const place = frames.length > 0 ? this.#addTemplate(video, folder, frames) : undefined;
    this.#places.set(video, place);
    return place;
  }

  #addTemplate(video: string, folder: string, frames: readonly string[]): number {
    const indices = frames.map(
      (frame) => this.images.push({ id: `${video}/${frame}`, path: join(folder, frame) }) - 1,
    );
    return this.templates.push(indices) - 1;
  }
}

/** Orders frames by their number, which is not padded: 2.9.jpg comes before 2.10.jpg. */
const byFrame = (a: string, b: string): number => frameOf(a) - frameOf(b) || (a < b ? -1 : 1);
const frameOf = (name: string): number => Number(/(\d+)\.\w+$/.exec(name)?.[1] ?? 0);

async function imagesFolder(root: string): Promise<string> {
  for (const name of ['aligned_images_DB', 'frame_images_DB']) {
    if (await isFolder(join(root, name))) return join(root, name);
  }
  if (await isFolder(root)) return root;
  throw new InvalidDataError({
    where: root,
    expected: 'a folder with one folder for each person',
    received: 'no such folder',
    fix: 'Check the path.',
    fields: { path: root, reason: 'no such folder' },
  });
}

const isFolder = async (path: string) => (await stat(path).catch(() => undefined))?.isDirectory() ?? false;

/** SHA-256 of the 5,000 published rows `fold,first,second,same`. */
const published = '5c2612e0dfe56f330487eb72df5c458cef53876639b758da6300c323fd5a9ff8';

function describe(
  list: VideoPairList,
  path: string,
  options: YtfPairsOptions,
  missing: readonly MissingVideo[],
) {
  const { frames = 'all', labels = 'corrected' } = options;
  const rows = list.pairs.map(
    ({ fold, first, second, same }) => `${fold},${first},${second},${Number(same)}\n`,
  );
  const known = createHash('sha256').update(rows.join('')).digest('hex') === published;
  const notes = [`Each video is represented by ${describeFrames(frames)}.`];
  if (list.corrected) notes.push(`Labels are the ${labels} ones of ${basename(path)}.`);
  else if (known) notes.push('The list has 5,000 pairs with known errors among their labels.');
  if (!known) notes.push(`The pairs of ${basename(path)} are not those of the published splits.txt.`);
  const names = missing.map(({ video }) => video);
  if (names.length > 0) notes.push(droppedPairs(names, list.pairs.length, 'a video'));
  const name = known ? 'YouTube Faces' : basename(path);
  return { name, official: known && frames === 'all' && names.length === 0, notes };
}

async function defaultPairs(root: string): Promise<string> {
  const places = [join(root, 'splits.txt'), join(root, '..', 'splits.txt')];
  for (const place of places) if (await stat(place).catch(() => undefined)) return place;
  throw new InvalidDataError({
    where: 'ytfPairs',
    expected: `a list of pairs at ${places.join(' or ')}`,
    received: 'neither',
    fix: 'Pass its path as the option pairs.',
    fields: { path: root, places, reason: 'no list of pairs' },
  });
}

interface MissingVideo {
  pair: VideoPair;
  video: string;
}

const missingVideo = (path: string, root: string, { pair, video }: MissingVideo, count: number) =>
  new InvalidDataError({
    where: `${path}:${pair.line}`,
    expected: `frames in ${join(root, video)}`,
    received: `none (${count} ${count === 1 ? 'pair lacks' : 'pairs lack'} a video)`,
    fix: 'Restore the video, or pass skipMissing: true for a score that is not the official one.',
    fields: { path, line: pair.line, video, missingPairs: count },
  });
