import { isImageName } from '@hm/images';
import type { ImageSource } from '../dataset.ts';
import { damaged } from '../files/damaged.ts';
import { normalName } from '../files/entry-name.ts';
import { tarEntries } from '../tar/tar-entries.ts';
import { extensions, type FindImage, stemOf } from './image-finder.ts';
import type { NamedImage } from './parse-pairs.ts';

/** Limit for the images kept in memory; all of LFW's take 180 MB. */
const maximumBytes = 2 ** 30;

/** True if a path has the extension of a tar archive. */
export const isArchive = (path: string): boolean => /\.(tar|tgz|tar\.gz)$/i.test(path);

/**
 * Finds images in an archive of `<Name>/<Name>_%04d.<extension>`, at any depth. A compressed archive can only be read
 * from its start, so the images that a list asks for are kept in memory. Images of an uncompressed archive stay in the
 * file.
 */
export async function archiveFinder(path: string, wanted: Iterable<NamedImage>): Promise<FindImage> {
  const stems = new Set<string>();
  for (const image of wanted) stems.add(keyOf(image));
  const found = new Map<string, { id: string; source: ImageSource }>();
  const compressed = !path.toLowerCase().endsWith('.tar');
  let bytes = 0;
  for await (const entry of tarEntries(path)) {
    const id = entry.name.split('/').slice(-2).join('/');
    const key = normalName(id.slice(0, id.lastIndexOf('.')));
    if (entry.kind !== 'file' || !isImageName(id) || !stems.has(key)) continue;
    const { offset, size } = entry;
    bytes += compressed ? size : 0;
    if (bytes > maximumBytes) throw tooLarge(path, offset);
    const source = compressed ? { bytes: await entry.read() } : { file: path, offset, length: size };
    found.set(key, { id, source });
  }
  return async (image) => {
    const key = keyOf(image);
    const expected = `${path}: ${key}.{${extensions.join(',')}}`;
    return { id: found.get(key)?.id ?? key, source: found.get(key)?.source, expected };
  };
}

const keyOf = (image: NamedImage): string => normalName(`${image.name}/${stemOf(image)}`);

const tooLarge = (path: string, offset: number) =>
  damaged({
    path,
    offset,
    expected: `at most ${maximumBytes} bytes of images in a compressed archive`,
    received: 'more',
    fix: 'Unpack the archive and open the folder.',
  });
