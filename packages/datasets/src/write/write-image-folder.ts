import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { imageExtension } from '@hm/images';
import { InvalidDataError, UnavailableError } from '@hm/tensor/host';
import type { EncodedSample } from './encoded-samples.ts';

/** What {@link writeImageFolder} takes. */
export interface WriteImageFolderOptions {
  /** Is told of each image that was written, from 1. */
  onImage?: (count: number) => void;
}

/**
 * Writes a folder with one folder for each identity, which {@link imageFolder} reads. Every file appears once it is whole,
 * and one that is there already is replaced. An image keeps its file name; one without gets its number.
 *
 * @returns the number of images.
 * @throws {InvalidDataError} if a name cannot be a folder's or a file's, or two images share one.
 * @throws {UnavailableError} if a file cannot be written.
 * @example
 * await writeImageFolder('faces', encodedSamples(await recordIo('train.rec')));
 */
export async function writeImageFolder(
  root: string,
  samples: AsyncIterable<EncodedSample>,
  { onImage }: WriteImageFolderOptions = {},
): Promise<number> {
  const seen = new Set<string>();
  for await (const sample of samples) {
    const relative = `${safeName(sample.name, sample.id)}/${fileName(sample, seen.size)}`;
    if (seen.has(relative)) throw shared(relative, sample.id);
    seen.add(relative);
    await writeWhole(join(root, relative), sample.bytes);
    onImage?.(seen.size);
  }
  return seen.size;
}

function fileName({ id, bytes }: EncodedSample, place: number): string {
  const last = id.split(/[/\\]/).at(-1) ?? '';
  const stem = last.replace(/\.(jpe?g|png|webp|gif|tiff?|avif)$/i, '');
  const name = /^record \d+$/.test(stem) || stem === '' ? String(place).padStart(8, '0') : stem;
  return `${safeName(name, id)}.${imageExtension(bytes)}`;
}

/** Names come from data: none may lead out of the folder. */
function safeName(name: string, id: string): string {
  const clean = name !== '' && name !== '.' && name !== '..' && !/[/\\:*?"<>|]/.test(name);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
  if (clean && !/[\u0000-\u001f]/.test(name)) return name;
  throw new InvalidDataError({
    where: 'writeImageFolder',
    expected: 'names that a file can have',
    received: JSON.stringify(name),
    fix: 'Rename it in the data set that is read.',
    fields: { id, name },
  });
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, bytes, { flag: 'wx' });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new UnavailableError({
      where: path,
      expected: 'a file that can be written',
      received: (cause as Error).message,
      fix: 'Make room, or check the permissions.',
      fields: { path },
      cause,
    });
  }
}

const shared = (path: string, id: string) =>
  new InvalidDataError({
    where: 'writeImageFolder',
    expected: 'a file for each image',
    received: `a second one for ${path}: ${id}`,
    fix: 'Rename it in the data set that is read.',
    fields: { path, id },
  });
