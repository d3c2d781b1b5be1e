import { isImageName, readFolder, realFolder, type SkippedEntry, unusedFile } from '@hm/images';

export interface Identity {
  name: string;
  /** File names, sorted by code unit. */
  files: readonly string[];
}

interface Scan {
  identities: readonly Identity[];
  skipped: readonly SkippedEntry[];
  excluded: readonly string[];
}

/** Lists the identity folders of a root and their image files, without opening any. */
export async function scanIdentities(root: string, isExcluded: (name: string) => boolean): Promise<Scan> {
  const skipped: SkippedEntry[] = [];
  const excluded: string[] = [];
  const identities: Identity[] = [];
  const options = {
    inside: await realFolder(root),
    onSkip: (entry: SkippedEntry) => void skipped.push(entry),
  };
  for (const { name, kind } of await readFolder(root, '', options)) {
    if (kind === 'file') skipped.push({ path: name, ...unusedInRoot(name) });
    else if (isExcluded(name)) excluded.push(name);
    else identities.push({ name, files: await imagesOf(name) });
  }
  return { identities, skipped, excluded };

  async function imagesOf(identity: string): Promise<string[]> {
    const files: string[] = [];
    for (const { name, kind } of await entriesOf(identity)) {
      if (kind === 'file' && isImageName(name)) files.push(name);
      else skipped.push({ path: `${identity}/${name}`, ...(kind === 'file' ? unusedFile(name) : inside) });
    }
    return files;
  }

  async function entriesOf(identity: string) {
    return readFolder(root, identity, options).catch(({ code }: NodeJS.ErrnoException) => {
      skipped.push({ path: identity, reason: `a folder that cannot be read (${code})`, missed: true });
      return [];
    });
  }
}

const inside = { reason: 'a folder inside an identity’s folder', missed: true };

const unusedInRoot = (name: string): Omit<SkippedEntry, 'path'> =>
  isImageName(name)
    ? { reason: 'an image outside of the identities’ folders', missed: true }
    : unusedFile(name);
