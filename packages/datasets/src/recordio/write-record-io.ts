import { join } from 'node:path';
import type { SafeFile } from '@hm/tensor/files';
import { checkArguments, checkOptions, InvalidArgumentError, InvalidDataError } from '@hm/tensor/host';
import sharp from 'sharp';
import { writeFiles } from '../files/output-file.ts';
import type { EncodedSample } from '../write/encoded-samples.ts';
import { UniqueNames } from '../write/file-names.ts';
import { encodeImageRecord, type RecordHeader } from './encode-record.ts';

/** Options of {@link writeRecordIo}. */
export interface WriteRecordIoOptions {
  /**
   * `plain` is im2rec's form. `insightface` adds identity records, record 0 and the file `property`, and needs each
   * identity's images together, in ascending order of the labels. Default `plain`.
   */
  layout?: 'plain' | 'insightface';
  /** Write each label as the list `[label, 1]`, as InsightFace's face2rec2 does for aligned faces. Default false. */
  labelList?: boolean;
  /** Size in pixels for the file `property`. Default: the first image's. */
  imageSize?: { height: number; width: number };
}

/**
 * Writes a RecordIO file, its `.idx` and its `.lst`, which MXNet and InsightFace can read. The files appear once they
 * are complete. Holds one image in memory. Identities of the same name get a number in the `.lst`.
 *
 * @param path Path that ends in `.rec`. The other names are derived from it, and `property` goes beside it.
 * @returns the number of images.
 * @throws {InvalidArgumentError} if the path does not end in `.rec`.
 * @throws {InvalidDataError} if there are no samples, or they are not grouped for InsightFace.
 * @example
 * await writeRecordIo('out/train.rec', encodedSamples(data, { order: 'label' }), { layout: 'insightface' });
 */
export async function writeRecordIo(
  path: string,
  samples: AsyncIterable<EncodedSample>,
  options: WriteRecordIoOptions = {},
): Promise<number> {
  checkOptions('writeRecordIo', options, {
    ...{ layout: { oneOf: ['plain', 'insightface'] }, labelList: 'boolean', imageSize: 'object' },
  });
  checkArguments('writeRecordIo', { path, samples }, { path: 'string', samples: 'object' });
  if (!path.endsWith('.rec')) throw notARec(path);
  const stem = path.slice(0, -4);
  const insightFace = options.layout === 'insightface';
  const paths = [path, `${stem}.idx`, `${stem}.lst`, ...(insightFace ? [join(path, '..', 'property')] : [])];
  return writeFiles(paths, async (files) => {
    const writer = new RecordWriter(files, options);
    for await (const sample of samples) await writer.add(sample);
    return writer.finish();
  });
}

class RecordWriter {
  readonly #records: SafeFile;
  readonly #index: SafeFile;
  readonly #list: SafeFile;
  readonly #property: SafeFile | undefined;
  readonly #options: WriteRecordIoOptions;
  /** First key of each identity, for InsightFace. */
  readonly #starts: number[] = [];
  readonly #names = new UniqueNames();
  readonly #folders = new Map<number, string>();
  #count = 0;
  #label = -1;
  #size = '';

  constructor([records, index, list, property]: SafeFile[], options: WriteRecordIoOptions) {
    this.#records = records!;
    this.#index = index!;
    this.#list = list!;
    this.#property = property;
    this.#options = options;
  }

  async add({ bytes, label, name, id, key: given }: EncodedSample): Promise<void> {
    const key = this.#property ? this.#count + 1 : (given ?? this.#count);
    if (this.#property && label !== this.#label) this.#startIdentity(label, key, id);
    if (this.#property && this.#size === '') this.#size = await sizeOf(bytes, id, this.#options);
    await this.#write({ label: this.#options.labelList ? [label, 1] : label, id: key }, bytes);
    await this.#list.write(
      `${key}\t${label}\t${this.#folderOf(label, name)}/${inList(id.split(/[/\\]/).at(-1)!)}\n`,
    );
    this.#count++;
  }

  /** Returns an identity's folder in the list, from which {@link recordIo} takes its name. */
  #folderOf(label: number, name: string): string {
    const folder = this.#folders.get(label) ?? this.#names.take(inList(name || String(label)));
    this.#folders.set(label, folder);
    return folder;
  }

  #startIdentity(label: number, key: number, id: string): void {
    if (label < this.#label) throw ungrouped(label, this.#label, id);
    this.#label = label;
    this.#starts.push(key);
  }

  async #write(header: RecordHeader, image: Uint8Array): Promise<void> {
    await this.#index.write(`${header.id}\t${this.#records.offset}\n`);
    await this.#records.write(encodeImageRecord(header, image));
  }

  async finish(): Promise<number> {
    if (this.#count === 0) throw nothing(this.#records.path);
    if (this.#property) await this.#finishIdentities(this.#property);
    return this.#count;
  }

  async #finishIdentities(property: SafeFile): Promise<void> {
    const none = new Uint8Array();
    const end = this.#count + 1;
    for (const [place, start] of this.#starts.entries()) {
      await this.#write({ label: [start, this.#starts[place + 1] ?? end], id: end + place }, none);
    }
    await this.#write({ label: [end, end + this.#starts.length], id: 0, id2: 1 }, none);
    await property.write(`${this.#label + 1},${this.#size}\n`);
  }
}

/** Returns a part of a path without what would end it in the list. */
const inList = (part: string): string => part.replaceAll(/[/\\\t\r\n]/g, ' ');

async function sizeOf(bytes: Uint8Array, id: string, { imageSize }: WriteRecordIoOptions): Promise<string> {
  if (imageSize) return `${imageSize.height},${imageSize.width}`;
  const { height, width } = await sharp(bytes)
    .metadata()
    .catch((cause: Error) => {
      throw new InvalidDataError({
        where: id,
        expected: 'an encoded image',
        received: cause.message,
        fix: 'Write only samples that can be decoded.',
        fields: { id },
        cause,
      });
    });
  return `${height},${width}`;
}

const notARec = (path: string) =>
  new InvalidArgumentError({
    where: 'writeRecordIo',
    expected: 'a path that ends in .rec',
    received: path,
    fix: 'Name the file train.rec, as InsightFace does.',
  });

const nothing = (path: string) =>
  new InvalidDataError({
    where: path,
    expected: 'at least one sample to write',
    received: 0,
    fix: 'Check what was selected.',
    fields: { path },
  });

const ungrouped = (label: number, last: number, id: string) =>
  new InvalidDataError({
    where: 'writeRecordIo',
    expected: `labels in ascending order after ${last}`,
    received: `${label} of ${id}`,
    fix: "Pass encodedSamples(data, { order: 'label' }).",
    fields: { id, label },
  });
