import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidDataError } from '@hm/tensor/host';

/** LFW's list of pairs where people have it. @throws {InvalidDataError} if it is not there. */
export async function findLfwPairs(root: string): Promise<string> {
  const places = [join(root, 'pairs.txt'), join(root, '..', 'pairs.txt')];
  for (const place of places) if (await stat(place).catch(() => undefined)) return place;
  throw new InvalidDataError({
    where: root,
    expected: `a list of pairs at ${places.join(' or ')}`,
    received: 'neither',
    fix: 'Pass --pairs FILE.',
    fields: { path: root, places },
  });
}
