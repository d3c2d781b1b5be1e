import { join } from 'node:path';
import { imageExtension } from '@hm/images';
import type { SafeFile } from '@hm/tensor/files';
import { checkArguments, checkOptions } from '@hm/tensor/host';
import { createTarPacker } from 'modern-tar';
import { outputFile } from '../files/output-file.ts';
import type { EncodedSample } from '../write/encoded-samples.ts';

/** Options of {@link writeTarShards}. */
export interface WriteTarShardsOptions {
  /** Size in bytes from which on a shard is closed. Default 256 MiB. */
  shardBytes?: number;
}

/**
 * Writes samples as WebDataset shards, `000000.tar` and so on. Each sample is an image, its class as `.cls`, and a
 * `.json` with class, identity and original name. Holds one image in memory. A shard appears once it is complete.
 *
 * @returns the shards' paths.
 * @example
 * await writeTarShards('shards', encodedSamples(data));
 */
export async function writeTarShards(
  folder: string,
  samples: AsyncIterable<EncodedSample>,
  options: WriteTarShardsOptions = {},
): Promise<string[]> {
  const { shardBytes = 256 * 2 ** 20 } = checkOptions('writeTarShards', options, { shardBytes: 'number' });
  checkArguments('writeTarShards', { folder, samples }, { folder: 'string', samples: 'object' });
  const paths: string[] = [];
  let shard: Shard | undefined;
  let count = 0;
  try {
    for await (const sample of samples) {
      shard ??= await Shard.create(join(folder, `${String(paths.length).padStart(6, '0')}.tar`));
      await shard.add(String(count++).padStart(9, '0'), sample);
      if (shard.bytes < shardBytes) continue;
      paths.push(await shard.finish());
      shard = undefined;
    }
    if (shard) paths.push(await shard.finish());
    return paths;
  } catch (error) {
    await shard?.abandon();
    throw error;
  }
}

class Shard {
  readonly #packer = createTarPacker();
  readonly #file: SafeFile;
  readonly #copied: Promise<void>;

  private constructor(file: SafeFile) {
    this.#file = file;
    this.#copied = copy(this.#packer.readable, file);
    // A failure reaches the caller through `add` or `finish`.
    this.#copied.catch(() => undefined);
  }

  static async create(path: string): Promise<Shard> {
    return new Shard(await outputFile(path));
  }

  get bytes(): number {
    return this.#file.offset;
  }

  async add(key: string, { bytes, label, name, id }: EncodedSample): Promise<void> {
    await this.#entry(`${key}.${imageExtension(bytes)}`, bytes);
    await this.#entry(`${key}.cls`, Buffer.from(String(label)));
    await this.#entry(`${key}.json`, Buffer.from(JSON.stringify({ label, name, id })));
  }

  async #entry(name: string, bytes: Uint8Array): Promise<void> {
    const writer = this.#packer.controller.add({ name, size: bytes.length, mtime: new Date(0) }).getWriter();
    await Promise.race([writer.write(bytes).then(() => writer.close()), this.#copied]);
  }

  async finish(): Promise<string> {
    this.#packer.controller.finalize();
    await this.#copied;
    await this.#file.finish();
    return this.#file.path;
  }

  async abandon(): Promise<void> {
    this.#packer.controller.error(new DOMException('abandoned', 'AbortError'));
    await this.#copied.catch(() => undefined);
    await this.#file.abandon();
  }
}

async function copy(from: ReadableStream<Uint8Array>, to: SafeFile): Promise<void> {
  const reader = from.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) await to.write(part.value);
}
