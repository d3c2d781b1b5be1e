import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { checkArguments, InvalidDataError } from '@hm/tensor/host';
import { isImageName, unusedFile } from './entry-names.ts';
import { readFolder, realFolder } from './read-folder.ts';
import type { SkippedEntry } from './skipped-entry.ts';

/** Images of a folder, and the entries that were skipped. */
export interface ImageListing {
  /** Paths relative to the folder, separated by `/`, sorted by code unit. */
  images: string[];
  skipped: SkippedEntry[];
}

/**
 * Lists every image below a folder, and everything that was skipped: files of other formats, hidden files, files of
 * systems and tools, broken links, folders that cannot be read. Links are followed, and each folder is read once.
 *
 * @param except A folder to ignore, by whatever path it is reached.
 * @throws {InvalidDataError} if the folder is missing or contains no image.
 * @example
 * const { images } = await listImages('photographs');
 */
export async function listImages(root: string, except?: string): Promise<ImageListing> {
  checkArguments('listImages', { root }, { root: 'string' });
  const walk = new Walk(root, except && (await realpath(except).catch(() => undefined)));
  await walk.all(await realFolder(root));
  const { images, skipped } = walk;
  if (images.length === 0) throw noImages(root, skipped);
  images.sort((a, b) => (a < b ? -1 : 1));
  return { images, skipped: skipped.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

interface Link {
  path: string;
  target: string;
}

class Walk {
  readonly images: string[] = [];
  readonly skipped: SkippedEntry[] = [];
  readonly #root: string;
  /** A folder to ignore, by its path without links. */
  readonly #except: string | undefined;
  /** Folders already read, by paths without links. */
  readonly #seen = new Set<string>();
  readonly #links: Link[] = [];

  constructor(root: string, except: string | undefined) {
    this.#root = root;
    this.#except = except;
  }

  /** Links are followed after everything else, so that a folder is read under its own name. */
  async all(base: string): Promise<void> {
    await this.#folder('', base);
    for (let link = this.#links.shift(); link; link = this.#links.shift())
      await this.#folder(link.path, link.target);
  }

  async #folder(folder: string, real: string): Promise<void> {
    if (real === this.#except) return;
    if (this.#seen.has(real))
      return this.#skip(folder, `another name of ${real}, which is read already`, false);
    this.#seen.add(real);
    const onSkip = (entry: SkippedEntry) => this.skipped.push(entry);
    const entries = await readFolder(this.#root, folder, { onSkip }).catch((cause: NodeJS.ErrnoException) => {
      this.#skip(folder || '.', `a folder that cannot be read (${cause.code})`, true);
      return [];
    });
    for (const { name, kind, target } of entries) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (kind === 'file') this.#file(path, name);
      else if (target === undefined) await this.#folder(path, join(real, name));
      else this.#links.push({ path, target });
    }
  }

  #file(path: string, name: string): void {
    if (isImageName(name)) this.images.push(path);
    else this.skipped.push({ path, ...unusedFile(name) });
  }

  #skip(path: string, reason: string, missed: boolean): void {
    this.skipped.push({ path, reason, missed });
  }
}

function noImages(root: string, skipped: readonly SkippedEntry[]) {
  const [first] = skipped.filter(({ missed }) => missed);
  return new InvalidDataError({
    where: root,
    expected: 'images (JPEG, PNG, WebP, TIFF, GIF, AVIF)',
    received: first ? `none; ${first.path} is ${first.reason}` : 'none',
    fix: 'Check the folder, and convert images of other formats to JPEG or PNG.',
    fields: { path: root, skipped: skipped.length },
  });
}
