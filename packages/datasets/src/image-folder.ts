import { join } from 'node:path';
import type { SkippedEntry } from '@hm/images';
import { checkArguments, checkOptions, InvalidDataError } from '@hm/tensor/host';
import type { Dataset, Sample } from './dataset.ts';
import { normalName } from './files/entry-name.ts';
import { type Identity, scanIdentities } from './files/scan-identities.ts';
import { isSplitName } from './files/splits.ts';
import { checkExcluded } from './people/exclude-identities.ts';

/** Options of {@link imageFolder}. */
export interface ImageFolderOptions {
  /** Names of identity folders to leave out. Default none. */
  exclude?: readonly string[];
  /**
   * Accept names in `exclude` that the folder does not have. Default false: a misspelt name would leak a test identity.
   */
  allowUnknownExclude?: boolean;
  /** Identities with fewer images than this are skipped. Default 1. */
  minImages?: number;
}

/** A data set of image files, and what was left out of it and why. */
export interface ImageFolder extends Dataset {
  /** The folder that was opened. */
  readonly root: string;
  /** Identities' names by label. */
  readonly names: readonly string[];
  /** Entries that were found but not used: files that are not images, empty identities. */
  readonly skipped: readonly SkippedEntry[];
  /** Identities that `exclude` left out. */
  readonly excluded: readonly string[];
}

/**
 * Opens a folder with one subfolder of images for each identity. Labels follow the order of the names by code unit, and
 * images the order of their file names, so they are the same on every machine. Images are jpg, jpeg, png, webp, tif,
 * tiff, gif and avif files, recognised by their extension. They are decoded only when read. One identity is enough to
 * open a folder; {@link checkTrainable} requires two. A symbolic link that leads out of the folder is listed in
 * `skipped`.
 *
 * @throws {InvalidDataError} if the folder does not exist or has no identity with images.
 * @throws {InvalidArgumentError} if `exclude` names identities that the folder does not have.
 * @example
 * const data = await imageFolder('casia-112x112', { exclude: ['0166921'] });
 * console.log(data.length, data.classes, data.name(0));
 */
export async function imageFolder(root: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  const {
    exclude = [],
    allowUnknownExclude = false,
    minImages = 1,
  } = checkOptions('imageFolder', options, {
    ...{ exclude: 'array', allowUnknownExclude: 'boolean', minImages: 'number' },
  });
  checkArguments('imageFolder', { root }, { root: 'string' });
  const left = new Set(exclude.map(normalName));
  const scan = await scanIdentities(root, (name) => left.has(normalName(name)));
  if (!allowUnknownExclude)
    checkExcluded('imageFolder', exclude, scan.excluded, {
      fix: 'Correct the names, or pass allowUnknownExclude: true.',
    });
  const few = scan.identities.filter(({ files }) => files.length < minImages);
  const used = scan.identities.filter(({ files }) => files.length >= minImages);
  const skipped = [...scan.skipped, ...few.map((identity) => tooFew(identity, minImages))];
  if (used.length === 0) throw noIdentities(root, skipped, scan.excluded.length);
  if (used.every(({ name }) => isSplitName(name))) throw splitsOnly(root, used);
  return folderOf(root, used, skipped, scan.excluded);
}

function folderOf(
  root: string,
  identities: readonly Identity[],
  skipped: readonly SkippedEntry[],
  excluded: readonly string[],
): ImageFolder {
  const files = identities.flatMap((identity) => identity.files);
  const labels = Int32Array.from(identities.flatMap(({ files }, label) => files.map(() => label)));
  const names = identities.map(({ name }) => name);
  return {
    root,
    names,
    skipped,
    excluded,
    length: files.length,
    classes: names.length,
    labels,
    name: (label) => names[label]!,
    sample: (index): Sample => {
      const label = labels[index]!;
      const id = `${names[label]}/${files[index]}`;
      return { image: { path: join(root, id) }, label, id };
    },
  };
}

const tooFew = ({ name, files }: Identity, minImages: number): SkippedEntry => ({
  path: name,
  reason: files.length === 0 ? 'a folder without images' : `${files.length} of at least ${minImages} images`,
  missed: true,
});

function noIdentities(root: string, skipped: readonly SkippedEntry[], excluded: number) {
  const [first] = skipped.filter(({ missed }) => missed);
  const example = first ? `; ${first.path} is ${first.reason}` : '';
  return new InvalidDataError({
    where: root,
    expected: 'one folder of images for each identity',
    received: `no such folder (${skipped.length} entries without use, ${excluded} identities excluded${example})`,
    fix: 'Put each identity’s images into a folder of its own below this one.',
    fields: { path: root, skipped: skipped.length, excluded },
  });
}

const splitsOnly = (root: string, identities: readonly Identity[]) =>
  new InvalidDataError({
    where: root,
    expected: 'one folder of images for each identity',
    received: `folders of splits: ${identities.map(({ name }) => name).join(', ')}`,
    fix: 'Put each identity’s images into a folder of its own below a split.',
    fields: { path: root },
  });
