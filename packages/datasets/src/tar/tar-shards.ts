import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isImageName } from '@hm/images';
import { InvalidDataError } from '@hm/tensor/host';
import type { Dataset, Sample } from '../dataset.ts';
import { damaged } from '../files/damaged.ts';
import { type TarEntry, tarEntries } from './tar-entries.ts';

/** Tar shards as a data set. */
export interface TarShards extends Dataset {
  /** The archives, in order. */
  readonly shards: readonly string[];
  readonly labels: Int32Array;
}

/**
 * Opens tar archives of images, such as WebDataset's shards: files of one sample share the name up to the first dot
 * (`000/12.jpg`, `000/12.cls`, `000/12.json`). The class is the number in `.cls`, or `label` in `.json`, whose `name`
 * names the identity; without either, the folder of an image is its identity. Images stay in the archives.
 *
 * @param path A `.tar` file, or a folder of them, taken in the order of their names.
 * @throws {InvalidDataError} if an archive is damaged, refers outside of itself, or a sample has no class.
 * @see https://github.com/webdataset/webdataset
 * @example
 * const data = await tarShards('shards'); // shards/000000.tar, shards/000001.tar, …
 */
export async function tarShards(path: string): Promise<TarShards> {
  const shards = await shardsAt(path);
  const table = new SampleTable();
  for (const [shard, file] of shards.entries()) {
    for await (const entry of tarEntries(file)) await table.add(entry, shard, file);
  }
  return table.finish(shards);
}

async function shardsAt(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return [path];
  const names = found ? (await readdir(path)).filter((name) => name.endsWith('.tar')).sort() : [];
  if (names.length > 0) return names.map((name) => join(path, name));
  throw new InvalidDataError({
    where: path,
    expected: 'a .tar file or a folder of them',
    received: found ? 'a folder without' : 'no such path',
    fix: 'Check the path.',
    fields: { path, reason: 'no tar files' },
  });
}

interface Found {
  id: string;
  shard: number;
  offset: number;
  size: number;
  label: number | undefined;
}

/** Labels are small files; one that lies must not cost memory. */
const maximumLabelBytes = 1 << 16;

/** Collects samples from entries that follow each other. */
class SampleTable {
  readonly #samples: Found[] = [];
  readonly #names: string[] = [];
  /** What came of the sample that is being read. */
  #key = '';
  #label: number | undefined;
  #first = 0;

  async add(entry: TarEntry, shard: number, file: string): Promise<void> {
    const { key, extension } = splitName(entry.name);
    if (key !== this.#key) this.#start(key);
    const { name, offset, size } = entry;
    if (isImageName(name)) this.#samples.push({ id: name, shard, offset, size, label: this.#label });
    else if (extension === 'cls' || extension === 'json')
      this.#setLabel(await labelIn(entry, extension, file));
  }

  #start(key: string): void {
    this.#key = key;
    this.#label = undefined;
    this.#first = this.#samples.length;
  }

  #setLabel({ label, name }: Label): void {
    this.#label = label ?? this.#label;
    for (let place = this.#first; place < this.#samples.length; place++) {
      this.#samples[place]!.label = this.#label;
    }
    if (this.#label !== undefined && name !== undefined) this.#names[this.#label] = name;
  }

  finish(shards: readonly string[]): TarShards {
    const samples = this.#samples;
    if (samples.length === 0) throw unlabelled(shards[0]!, 'images', 'none');
    const labelled = samples.some(({ label }) => label !== undefined);
    const { labels, names } = labelled ? this.#ownLabels(shards) : folderLabels(samples, shards);
    return {
      shards,
      labels,
      length: samples.length,
      classes: labels.reduce((most, label) => Math.max(most, label + 1), 0),
      name: (label) => names[label] ?? String(label),
      sample: (index): Sample => {
        const { id, shard, offset, size } = samples[index]!;
        return { image: { file: shards[shard]!, offset, length: size }, label: labels[index]!, id };
      },
    };
  }

  #ownLabels(shards: readonly string[]) {
    const labels = Int32Array.from(this.#samples, ({ label, id, shard, offset }) => {
      if (label !== undefined) return label;
      throw damaged({
        path: shards[shard]!,
        offset,
        expected: `a .cls or .json for ${id}`,
        received: 'neither',
      });
    });
    return { labels, names: this.#names };
  }
}

/** Labels by the names of the images' folders, in the names' order. */
function folderLabels(samples: readonly Found[], shards: readonly string[]) {
  const folders = samples.map(({ id, shard }) => {
    const folder = id.split('/').at(-2);
    if (folder === undefined)
      throw unlabelled(shards[shard]!, 'a .cls, a .json or a folder for each image', id);
    return folder;
  });
  const names = [...new Set(folders)].sort();
  const places = new Map(names.map((name, label) => [name, label]));
  return { labels: Int32Array.from(folders, (folder) => places.get(folder)!), names };
}

/** WebDataset's key is all up to the first dot of the file's own name. */
function splitName(name: string): { key: string; extension: string } {
  const dot = name.indexOf('.', name.lastIndexOf('/') + 1);
  return dot === -1
    ? { key: name, extension: '' }
    : { key: name.slice(0, dot), extension: name.slice(dot + 1) };
}

interface Label {
  label?: number | undefined;
  name?: string | undefined;
}

async function labelIn(entry: TarEntry, extension: 'cls' | 'json', file: string): Promise<Label> {
  const { name, offset, size } = entry;
  const invalid = (expected: string, received: unknown) =>
    damaged({ path: file, offset, expected: `${expected} in ${name}`, received });
  if (size > maximumLabelBytes) throw invalid(`at most ${maximumLabelBytes} bytes`, size);
  const text = Buffer.from(await entry.read())
    .toString('utf8')
    .trim();
  const found: Label = extension === 'cls' ? { label: wholeNumber(text) } : fromJson(text, invalid);
  if (extension === 'json' && found.label === undefined) return found;
  if (found.label !== undefined && found.label >= 0 && found.label < 2 ** 31) return found;
  throw invalid('a class from 0', text.slice(0, 40));
}

const wholeNumber = (text: string): number | undefined =>
  /^\d{1,10}$/.test(text) ? Number(text) : undefined;

function fromJson(text: string, invalid: (expected: string, received: unknown) => Error): Label {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid('JSON', (error as Error).message);
  }
  const { label, name } = Object(value) as { label?: unknown; name?: unknown };
  if (label !== undefined && !Number.isInteger(label))
    throw invalid('a whole number as label', String(label));
  return { label: label as number | undefined, name: typeof name === 'string' ? name : undefined };
}

const unlabelled = (path: string, expected: string, received: string) =>
  damaged({ path, offset: 0, expected, received, fix: 'Write shards as WebDataset does.' });
