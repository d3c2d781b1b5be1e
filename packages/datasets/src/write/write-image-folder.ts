import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { imageExtension } from '@hm/images';
import { notWritable, writeFileSafely } from '@hm/tensor/files';
import { checkArguments, checkOptions } from '@hm/tensor/host';
import type { EncodedSample } from './encoded-samples.ts';
import { safeName, UniqueNames } from './file-names.ts';

/** Options of {@link writeImageFolder}. */
export interface WriteImageFolderOptions {
  /** Called after each written image, with the count so far. */
  onImage?: (count: number) => void;
  /** Called for each image whose folder or file has another name than in the data set. */
  onRename?: (id: string, path: string) => void;
}

/**
 * Writes a folder with one subfolder for each identity, which {@link imageFolder} reads. Every file appears once it is
 * complete, and replaces one that is there already.
 * - An image keeps its file name; one without gets its number.
 * - Characters that some system refuses in names become `_`.
 * - Duplicate names, also those that differ only in case, get a number.
 *
 * @returns the number of images.
 * @throws {UnavailableError} if a file cannot be written.
 * @example
 * await writeImageFolder('faces', encodedSamples(await recordIo('train.rec')));
 */
export async function writeImageFolder(
  root: string,
  samples: AsyncIterable<EncodedSample>,
  options: WriteImageFolderOptions = {},
): Promise<number> {
  const { onImage, onRename } = checkOptions('writeImageFolder', options, {
    ...{ onImage: 'function', onRename: 'function' },
  });
  checkArguments('writeImageFolder', { root, samples }, { root: 'string', samples: 'object' });
  const folderNames = new UniqueNames();
  const folders = new Map<number, { name: string; files: UniqueNames }>();
  let count = 0;
  for await (const sample of samples) {
    const { label, name, id, bytes } = sample;
    const folder = folders.get(label) ?? { name: folderNames.take(safeName(name)), files: new UniqueNames() };
    folders.set(label, folder);
    const wanted = stemOf(sample, count);
    const extension = `.${imageExtension(bytes)}`;
    const file = folder.files.take(safeName(wanted), extension);
    await writeWhole(join(root, folder.name, file), bytes);
    if (folder.name !== name || file !== wanted + extension) onRename?.(id, `${folder.name}/${file}`);
    count++;
    onImage?.(count);
  }
  return count;
}

function stemOf({ id }: EncodedSample, place: number): string {
  const stem = (id.split(/[/\\]/).at(-1) ?? '').replace(/\.(jpe?g|png|webp|gif|tiff?|avif)$/i, '');
  return /^(record|row) \d+$/.test(stem) || stem === '' ? String(place).padStart(8, '0') : stem;
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw notWritable(path, cause);
  });
  await writeFileSafely(path, bytes, { sync: false });
}
