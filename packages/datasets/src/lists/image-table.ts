import { checkArguments } from '@hm/tensor/host';
import { damaged } from '../files/damaged.ts';
import type { ProtocolImage, VerificationProtocol } from '../protocol.ts';
import { type ColumnWords, headerColumns } from './columns.ts';
import { type ListRow, listRows } from './list-rows.ts';

type Facts = Pick<ProtocolImage, 'group' | 'quality'>;

const words: ColumnWords<'image' | 'group' | 'quality'> = {
  image: ['image', 'path', 'file', 'filename', 'id', 'name', 'person'],
  group: ['group', 'demographic', 'subgroup'],
  quality: ['quality', 'quality_score', 'score'],
};

/**
 * Adds the groups and qualities of a table to a protocol's images. The table is a `.csv`, or has fields separated by
 * tabs or spaces. Its header names the columns `image` and `group`, `quality` or both. `image` is an image's name in
 * the protocol, or the name of a person's folder. Images that the table does not name stay as they are.
 *
 * @throws {InvalidDataError} if the header or a row is malformed, or the table names none of the images.
 * @example
 * const protocol = await imageTable(await lfwPairs('lfw-112x112'), 'groups.csv');
 */
export async function imageTable(
  protocol: VerificationProtocol,
  path: string,
): Promise<VerificationProtocol> {
  checkArguments('imageTable', { protocol, path }, { protocol: { has: ['name', 'images'] }, path: 'string' });
  const facts = await factsIn(path);
  let found = 0;
  const images = protocol.images.map((image) => {
    const folder = image.id.includes('/') ? image.id.slice(0, image.id.lastIndexOf('/')) : '';
    const known = facts.get(image.id) ?? facts.get(folder);
    if (known === undefined) return image;
    found++;
    // A rendered image computes its pixels when they are read, so copy the getters and not their values.
    return Object.defineProperties(
      {},
      { ...Object.getOwnPropertyDescriptors(image), ...Object.getOwnPropertyDescriptors(known) },
    ) as ProtocolImage;
  });
  if (found > 0) return { ...protocol, images };
  throw damaged({
    path,
    offset: 0,
    expected: `images of ${protocol.name}, such as ${protocol.images[0]?.id}`,
    received: `none of them among ${facts.size}`,
    fix: 'Name the images as the protocol does, or the folders that they are in.',
  });
}

async function factsIn(path: string): Promise<Map<string, Facts>> {
  const facts = new Map<string, Facts>();
  let columns: ReturnType<typeof headerColumns<'image' | 'group' | 'quality'>>;
  for await (const row of listRows(path)) {
    if (columns === undefined) {
      columns = headerColumns(path, row, words, ['image']);
      if (columns?.image === undefined || (columns.group ?? columns.quality) === undefined)
        throw invalid(path, row, 'a header with image and group, quality or both');
      continue;
    }
    const [image, group, quality] = (['image', 'group', 'quality'] as const).map((name) =>
      columns![name] === undefined ? undefined : (row.fields[columns![name]] ?? ''),
    );
    if (!image || group === '') throw invalid(path, row, 'an image and its group');
    if (quality !== undefined && (quality === '' || !Number.isFinite(Number(quality))))
      throw invalid(path, row, 'a number as quality');
    facts.set(image.replaceAll('\\', '/').replace(/\/$/, ''), {
      ...(group !== undefined && { group }),
      ...(quality !== undefined && { quality: Number(quality) }),
    });
  }
  return facts;
}

const invalid = (path: string, { line, offset, fields }: ListRow, expected: string) =>
  damaged({
    ...{ path, offset, expected, fix: 'Correct the table.' },
    received: `line ${line}: ${fields.join(', ').slice(0, 200)}`,
  });
