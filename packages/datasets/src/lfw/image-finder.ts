import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isImageName } from '@hm/images';
import { InvalidDataError } from '@hm/tensor/host';
import type { ImageSource } from '../dataset.ts';
import { normalName } from '../files/entry-name.ts';
import { findFile } from '../files/find-file.ts';
import { insideRoot } from '../files/inside-root.ts';
import type { NamedImage } from './parse-pairs.ts';

export interface FoundImage {
  /** Name of the image: `Name/Name_0001`, with the extension of the file that was found. */
  id: string;
  /** Location of the image; undefined if there is no such image. */
  source: ImageSource | undefined;
  /** For error messages: the path with every accepted extension. */
  expected: string;
}

export const extensions = ['jpg', 'jpeg', 'png', 'webp'];

export type FindImage = (image: NamedImage) => Promise<FoundImage>;

/** Finds `root/<Name>/<Name>_%04d.<extension>`, reading each person's folder once. */
export async function imageFinder(root: string): Promise<FindImage> {
  if (!(await stat(root).catch(() => undefined))?.isDirectory()) throw noFolder(root);
  const check = insideRoot(root);
  const folders = new Map<string, ReadonlyMap<string, string>>();
  return async ({ name, image }) => {
    const folder = findFile(root, name);
    const files = folders.get(name) ?? byStem(await filesOf(folder));
    folders.set(name, files);
    const stem = stemOf({ name, image });
    const file = files.get(normalName(stem));
    if (file) check(join(folder, file));
    return {
      id: `${name}/${file ?? stem}`,
      source: file ? { path: join(folder, file) } : undefined,
      expected: `${join(root, name, stem)}.{${extensions.join(',')}}`,
    };
  };
}

/**
 * Maps names without extensions to image files. If several share a name, the extension that comes first in
 * {@link extensions} wins.
 */
function byStem(files: readonly string[]): ReadonlyMap<string, string> {
  const rank = (file: string) =>
    (extensions.indexOf(extensionOf(file)) + 1 || extensions.length + 1) as number;
  const images = files.filter(isImageName).sort((a, b) => rank(b) - rank(a));
  return new Map(images.map((file) => [normalName(file.slice(0, -extensionOf(file).length - 1)), file]));
}

const extensionOf = (file: string) => file.slice(file.lastIndexOf('.') + 1).toLowerCase();

/** Returns LFW's file name for an image, without the extension. */
export const stemOf = ({ name, image }: NamedImage): string => `${name}_${String(image).padStart(4, '0')}`;

async function filesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return [];
    throw error;
  }
}

const noFolder = (root: string) =>
  new InvalidDataError({
    where: root,
    expected: 'a folder with one folder for each person',
    received: 'no such folder',
    fix: 'Check the path.',
    fields: { path: root },
  });
