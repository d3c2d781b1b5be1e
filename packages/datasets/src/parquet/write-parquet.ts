import type { SafeFile } from '@hm/tensor/files';
import { checkArguments, checkOptions } from '@hm/tensor/host';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { writeFiles } from '../files/output-file.ts';
import type { EncodedSample } from '../write/encoded-samples.ts';
import { describeClasses, featuresKey } from './parquet-schema.ts';

/** Options of {@link writeParquet}. */
export interface WriteParquetOptions {
  /** Number of rows that are written and read together. Default 256. */
  rowsPerGroup?: number;
}

/**
 * Writes samples as a parquet file with the columns `image` (`bytes`, `path`) and `label`, as Hugging Face's library
 * stores image sets. The identities' names go into the file's description. Holds one group of rows in memory.
 *
 * @returns the number of images.
 * @example
 * await writeParquet('faces.parquet', encodedSamples(data));
 */
export async function writeParquet(
  path: string,
  samples: AsyncIterable<EncodedSample>,
  options: WriteParquetOptions = {},
): Promise<number> {
  const { rowsPerGroup = 256 } = checkOptions('writeParquet', options, { rowsPerGroup: 'number' });
  checkArguments('writeParquet', { path, samples }, { path: 'string', samples: 'object' });
  return writeFiles([path], async ([file]) => {
    const table = new Table(file!);
    for await (const sample of samples) {
      table.add(sample);
      if (table.waiting === rowsPerGroup) await table.writeGroup();
    }
    return table.finish();
  });
}

const schema = [
  { name: 'root', num_children: 2 },
  { name: 'image', num_children: 2, repetition_type: 'OPTIONAL' },
  { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
  { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  { name: 'label', type: 'INT32', repetition_type: 'REQUIRED' },
] satisfies ConstructorParameters<typeof ParquetWriter>[0]['schema'];

class Table {
  readonly #file: SafeFile;
  readonly #bytes = new ByteWriter();
  readonly #names: string[] = [];
  readonly #metadata: { key: string; value: string }[] = [];
  readonly #writer: ParquetWriter;
  #images: { bytes: Uint8Array; path: string }[] = [];
  #labels: number[] = [];
  #count = 0;

  constructor(file: SafeFile) {
    this.#file = file;
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema,
      // Encoded images do not compress any further.
      codec: 'UNCOMPRESSED',
      statistics: false,
      kvMetadata: this.#metadata,
    });
  }

  get waiting(): number {
    return this.#labels.length;
  }

  add({ bytes, label, name, id }: EncodedSample): void {
    this.#images.push({ bytes, path: id });
    this.#labels.push(label);
    this.#names[label] = name;
    this.#count++;
  }

  async writeGroup(): Promise<void> {
    const columnData = [
      { name: 'image', data: this.#images, encoding: 'PLAIN' as const },
      { name: 'label', data: Int32Array.from(this.#labels) },
    ];
    await this.#writer.write({ columnData, rowGroupSize: this.waiting });
    this.#images = [];
    this.#labels = [];
    await this.#drain();
  }

  /**
   * Writes the buffered bytes to the file. The writer keeps its own count, because offsets in the file depend on it.
   */
  async #drain(): Promise<void> {
    await this.#file.write(new Uint8Array(this.#bytes.buffer, 0, this.#bytes.index));
    this.#bytes.index = 0;
  }

  async finish(): Promise<number> {
    if (this.waiting > 0) await this.writeGroup();
    const names = Array.from(this.#names, (name, label) => name ?? String(label));
    this.#metadata.push({ key: featuresKey, value: describeClasses(names) });
    this.#writer.finish();
    await this.#drain();
    return this.#count;
  }
}
