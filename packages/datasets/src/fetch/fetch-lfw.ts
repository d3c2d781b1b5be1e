import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkArguments, checkOptions, HmError, UnavailableError } from '@hm/tensor/host';
import { tarEntries } from '../tar/tar-entries.ts';
import { type DownloadOptions, download, type PublishedFile } from './download.ts';

/** Options of {@link fetchLfw}. */
export interface FetchLfwOptions extends Omit<DownloadOptions, 'onProgress'> {
  /**
   * Base URL of `lfw.tgz`, `pairs.txt` … to use instead of the public ones, such as a mirror inside a closed network.
   */
  mirror?: string;
  /** Keep `lfw.tgz` after unpacking it. Default false. */
  keepArchive?: boolean;
  /** Called after each chunk of a file, with its name, the bytes received so far, and its total bytes. */
  onProgress?: (file: string, done: number, total: number) => void;
}

/** Paths of the downloaded parts of LFW. */
export interface FetchedLfw {
  /** Folder of the photographs, as `Name/Name_0001.jpg`. */
  images: string;
  /** List of the pairs of View 2. */
  pairs: string;
  /** Files that this call downloaded. */
  downloaded: string[];
}

/**
 * Downloads Labeled Faces in the Wild (13,233 photographs, 181 MB): the archive, unpacked to `FOLDER/images`, and the
 * lists of View 1 and View 2. Each is checked against the SHA-256 that scikit-learn publishes. Calling it again resumes
 * an interrupted download.
 *
 * @throws {UnavailableError} if no mirror can be reached; the message says which files to put where.
 * @throws {InvalidDataError} if a file has another checksum.
 * @see http://vis-www.cs.umass.edu/lfw/
 * @example
 * const { images } = await fetchLfw('lfw');
 * const protocol = await lfwPairs(images);
 */
export async function fetchLfw(folder: string, options: FetchLfwOptions = {}): Promise<FetchedLfw> {
  checkOptions('fetchLfw', options, {
    ...{ mirror: 'string', keepArchive: 'boolean', onProgress: 'function' },
    ...{ signal: 'object', attempts: 'number', stallMilliseconds: 'number' },
  });
  checkArguments('fetchLfw', { folder }, { folder: 'string' });
  return fetchFiles(folder, options, files);
}

/** Downloads any archive and lists that are laid out like LFW's. */
export async function fetchFiles(
  folder: string,
  { mirror, keepArchive = false, onProgress, ...options }: FetchLfwOptions,
  published: Record<string, PublishedFile>,
): Promise<FetchedLfw> {
  const images = join(folder, 'images');
  const archive = join(folder, ARCHIVE);
  const unpacked = await exists(images);
  const downloaded: string[] = [];
  for (const [name, file] of Object.entries(published)) {
    if (name === ARCHIVE && unpacked) continue;
    const urls = mirror === undefined ? file.urls : [`${mirror.replace(/\/$/, '')}/${name}`];
    const progress = onProgress && {
      onProgress: (done: number, total: number) => onProgress(name, done, total),
    };
    const whole = { ...options, ...progress };
    const isNew = await download({ ...file, urls }, join(folder, name), whole).catch((error: unknown) => {
      throw HmError.isInstance(error) && error.code === 'unavailable'
        ? closed(folder, published, error)
        : error;
    });
    if (isNew) downloaded.push(name);
  }
  if (!unpacked) await unpack(archive, images);
  if (!keepArchive) await rm(archive, { force: true });
  return { images, pairs: join(folder, 'pairs.txt'), downloaded };
}

/** Unpacks beside the target, which appears once it is complete. Drops the archive's top folder. */
async function unpack(archive: string, target: string): Promise<void> {
  const temporary = `${target}.${randomUUID()}.part`;
  try {
    for await (const entry of tarEntries(archive)) {
      if (entry.kind !== 'file') continue;
      const path = join(temporary, entry.name.split('/').slice(1).join('/'));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, await entry.read());
    }
    await rename(temporary, target);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

const exists = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined;

/** Lists all files at once, for users who have to fetch them by hand. */
const closed = (folder: string, published: Record<string, PublishedFile>, cause: HmError) => {
  const files = Object.entries(published).map(([name, { sha256 }]) => `${name} (SHA-256 ${sha256})`);
  return new UnavailableError({
    where: 'fetchLfw',
    expected: 'a mirror that answers',
    received: cause.message,
    fix: `Where the network is closed, put these into ${folder} and run again: ${files.join(', ')}.`,
    fields: { ...cause.fields, folder, files: Object.keys(published) },
    cause,
  });
};

const ARCHIVE = 'lfw.tgz';
const published = (number: number, name: string, bytes: number, sha256: string): PublishedFile => ({
  urls: [`https://ndownloader.figshare.com/files/${number}`, `http://vis-www.cs.umass.edu/lfw/${name}`],
  ...{ bytes, sha256 },
});

const files: Record<string, PublishedFile> = {
  'pairs.txt': published(
    5976006,
    'pairs.txt',
    155335,
    'ea42330c62c92989f9d7c03237ed5d591365e89b3e649747777b70e692dc1592',
  ),
  'pairsDevTrain.txt': published(
    5976012,
    'pairsDevTrain.txt',
    56579,
    '1d454dada7dfeca0e7eab6f65dc4e97a6312d44cf142207be28d688be92aabfa',
  ),
  'pairsDevTest.txt': published(
    5976009,
    'pairsDevTest.txt',
    26002,
    '7cb06600ea8b2814ac26e946201cdb304296262aad67d046a16a7ec85d0ff87c',
  ),
  [ARCHIVE]: published(
    5976018,
    ARCHIVE,
    180566744,
    '055f7d9c632d7370e6fb4afc7468d40f970c34a80d4c6f50ffec63f5a8d536c0',
  ),
};
