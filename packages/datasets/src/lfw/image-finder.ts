import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidDataError } from '@hm/tensor/host';
import type { ImageSource } from '../dataset.ts';
import { insideRoot } from '../files/inside-root.ts';
import type { NamedImage } from './parse-pairs.ts';

export interface FoundImage {
  /** `Name/Name_0001`, with the extension of the file that was found. */
  id: string;
  /** Undefined if there is no such image. */
  source: ImageSource | undefined;
  /** For messages: the path with every extension that would do. */
  expected: string;
}

export const extensions = ['jpg', 'jpeg', 'png', 'webp'];

export type FindImage = (image: NamedImage) => Promise<FoundImage>;

/** Finds `root/<Name>/<Name>_%04d.<extension>`, reading each person's folder once. */
export async function imageFinder(root: string): Promise<FindImage> {
  if (!(await stat(root).catch(() => undefined))?.isDirectory()) throw noFolder(root);
  const check = insideRoot(root);
  const folders = new Map<string, ReadonlySet<string>>();
  return async ({ name, image }) => {
    const files = folders.get(name) ?? new Set(await filesOf(join(root, name)));
    folders.set(name, files);
    const stem = stemOf({ name, image });
    const extension = extensions.find((candidate) => files.has(`${stem}.${candidate}`));
    if (extension) check(join(root, name, `${stem}.${extension}`));
    return {
      id: `${name}/${stem}${extension ? `.${extension}` : ''}`,
      source: extension ? { path: join(root, name, `${stem}.${extension}`) } : undefined,
      expected: `${join(root, name, stem)}.{${extensions.join(',')}}`,
    };
  };
}

/** LFW's name for a file, without its extension. */
export const stemOf = ({ name, image }: NamedImage): string => `${name}_${String(image).padStart(4, '0')}`;

async function filesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
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
