import { isImageName, isLeftBehindPath, type SkippedEntry, unusedFile } from '@hm/images';
import { checkArguments, checkOptions } from '@hm/tensor/host';
import { type Classes, numberClasses, numberTexts } from '../classes.ts';
import type { Dataset, Sample } from '../dataset.ts';
import { compressed, compressionOf } from '../files/compression.ts';
import { damaged } from '../files/damaged.ts';
import { filesAt } from '../files/files-at.ts';
import { isSplitName, splitNamed } from '../files/splits.ts';
import { keysOf, type Label, labelIn } from './sample-label.ts';
import { type TarEntry, tarEntries } from './tar-entries.ts';

/** Options of {@link tarShards}. */
export interface TarShardsOptions {
  /**
   * Split to read, if the names of archives, or of top folders inside them, mention splits. Default: all, if of one.
   */
  split?: string;
}

/** Tar shards as a data set. */
export interface TarShards extends Dataset {
  /** Paths of the archives, in order. */
  readonly shards: readonly string[];
  readonly labels: Int32Array;
}

/**
 * Opens tar archives of images, such as WebDataset's shards. Files of one sample share the name up to the last or the
 * first dot (`000/12.jpg`, `000/12.cls`, `000/12.json`). The class is the number in `.cls`, or `label` in `.json`,
 * whose `name` is the identity's name. Without either, the folder of an image is its identity. Images stay in the
 * archives.
 *
 * @param path A `.tar` file, or a folder of them, taken in the order of their names.
 * @throws {InvalidDataError} if an archive is damaged, compressed or refers outside of itself; if a sample has no
 * class; if folders of the same name have different parents; if there are several splits.
 * @see https://github.com/webdataset/webdataset
 * @example
 * const data = await tarShards('shards'); // shards/000000.tar, shards/000001.tar, …
 */
export async function tarShards(path: string, options: TarShardsOptions = {}): Promise<TarShards> {
  checkOptions('tarShards', options, { split: 'string' });
  checkArguments('tarShards', { path }, { path: 'string' });
  const shards = await filesAt(path, '.tar', options.split);
  const table = new SampleTable();
  for (const [shard, file] of shards.entries()) {
    const compression = compressionOf(file);
    if (compression) throw compressed(file, compression);
    for await (const entry of tarEntries(file)) await table.add(entry, shard, file);
  }
  return table.finish(shards, options.split);
}

interface Found {
  id: string;
  shard: number;
  offset: number;
  size: number;
  label: number | undefined;
}

/** Collects samples from consecutive entries. */
class SampleTable {
  readonly #samples: Found[] = [];
  readonly #names = new Map<number, string>();
  readonly #skipped: SkippedEntry[] = [];
  /** State of the current sample: the entries of a shard that share the name before the first dot. */
  #first = '';
  #shard = 0;
  #start = 0;
  #labels = new Map<string, Label>();

  async add(entry: TarEntry, shard: number, file: string): Promise<void> {
    const { name, offset, size, kind } = entry;
    if (isLeftBehindPath(name)) return this.#skip(name, 'hidden, or left by a system or tool', false);
    if (kind !== 'file') return this.#skip(name, kind === 'link' ? 'a link' : 'a device or pipe', true);
    const { first, last, extension } = keysOf(name);
    if (first !== this.#first || shard !== this.#shard) this.#begin(first, shard);
    if (isImageName(name)) this.#samples.push({ id: name, shard, offset, size, label: undefined });
    else if (extension === 'cls' || extension === 'json') {
      const label = await labelIn(entry, extension, file);
      this.#labels.set(last, { ...this.#labels.get(last), ...label });
    } else if (unusedFile(name).missed) this.#skipped.push({ path: name, ...unusedFile(name) });
  }

  #skip(path: string, reason: string, missed: boolean): void {
    this.#skipped.push({ path, reason, missed });
  }

  #begin(first: string, shard: number): void {
    for (const sample of this.#samples.slice(this.#start)) {
      const found = this.#labels.get(keysOf(sample.id).last) ?? this.#labels.get(this.#first);
      sample.label = found?.label;
      if (found?.label !== undefined && found.name !== undefined) this.#names.set(found.label, found.name);
    }
    this.#first = first;
    this.#shard = shard;
    this.#start = this.#samples.length;
    this.#labels = new Map();
  }

  finish(shards: readonly string[], split: string | undefined): TarShards {
    this.#begin('', shards.length);
    const samples = inSplit(this.#samples, shards, split);
    if (samples.length === 0) throw unlabeled(shards[0]!, 'images', 'none');
    const labeled = samples.some(({ label }) => label !== undefined);
    const { labels, classes, name } = labeled
      ? this.#ownLabels(samples, shards)
      : folderLabels(samples, shards);
    return {
      shards,
      labels,
      length: samples.length,
      classes,
      name,
      skipped: this.#skipped,
      sample: (index): Sample => {
        const { id, shard, offset, size } = samples[index]!;
        return { image: { file: shards[shard]!, offset, length: size }, label: labels[index]!, id };
      },
    };
  }

  #ownLabels(samples: readonly Found[], shards: readonly string[]): Classes {
    const labels = samples.map(({ label, id, shard, offset }) => {
      if (label !== undefined) return label;
      const expected = `a .cls or .json for ${id}`;
      throw damaged({ path: shards[shard]!, offset, expected, received: 'neither', fix });
    });
    return numberClasses(labels, (label) => this.#names.get(label));
  }
}

const fix = 'Write shards as WebDataset does.';

/**
 * Returns the samples of one split. Top folders named after splits are not identities, and several splits are not one
 * set.
 */
function inSplit(
  samples: readonly Found[],
  shards: readonly string[],
  split: string | undefined,
): readonly Found[] {
  const topOf = ({ id }: Found) => (id.includes('/') ? id.slice(0, id.indexOf('/')) : '');
  const splits = new Set(samples.map(topOf).filter(isSplitName).map(splitNamed));
  if (splits.size === 0 || (splits.size === 1 && split === undefined)) return samples;
  if (split !== undefined) return samples.filter((sample) => splitNamed(topOf(sample)) === splitNamed(split));
  throw damaged({
    path: shards[0]!,
    offset: 0,
    expected: 'images of one split',
    received: `folders of several: ${[...splits].join(', ')}`,
    fix: `Pass one as \`split\`, such as ${[...splits][0]}.`,
    fields: { option: 'split', split: [...splits][0] },
  });
}

/** Numbers the images by the names of their folders, in the order of the names. */
function folderLabels(samples: readonly Found[], shards: readonly string[]): Classes {
  const above = new Map<string, string>();
  const folders = samples.map(({ id, shard, offset }) => {
    const [, parent, folder] = /^(.*?)([^/]+)\/[^/]+$/.exec(id) ?? [];
    if (folder === undefined || parent === undefined)
      throw unlabeled(shards[shard]!, 'a .cls, a .json or a folder for each image', id);
    const known = above.get(folder) ?? parent;
    above.set(folder, known);
    if (known === parent) return folder;
    const received = `${known}${folder} and ${parent}${folder}`;
    const expected = 'folders of different names, as each is an identity';
    const advice = 'Put each identity’s images into one folder, and pack them again.';
    throw damaged({ path: shards[shard]!, offset, expected, received, fix: advice });
  });
  return numberTexts(folders);
}

const unlabeled = (path: string, expected: string, received: string) =>
  damaged({ path, offset: 0, expected, received, fix });
