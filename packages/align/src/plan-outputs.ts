import type { ImageFormat } from '@hm/images';
import { InvalidDataError } from '@hm/tensor/host';
import type { Photograph } from './align-photograph.ts';

const OWN_EXTENSION = { jpeg: /\.jpe?g$/i, png: /\.png$/i };
const NEW_EXTENSION = { jpeg: '.jpg', png: '.png' };

/**
 * The output of every image: its own name, or its name with the extension of the format it is written in.
 *
 * @throws {InvalidDataError} if two images would share an output.
 */
export function planOutputs(paths: readonly string[], format: ImageFormat): Photograph[] {
  const owners = new Map<string, string>();
  return paths.map((path) => {
    const output = OWN_EXTENSION[format].test(path) ? path : path.replace(/\.[^./]+$/, NEW_EXTENSION[format]);
    const owner = owners.get(output);
    if (owner !== undefined) throw shared(output, owner, path);
    owners.set(output, path);
    return { path, output };
  });
}

const shared = (output: string, first: string, second: string) =>
  new InvalidDataError({
    where: 'alignFolder',
    expected: 'one image per output name',
    received: `${first} and ${second} for ${output}`,
    fix: 'Rename or move one of them.',
    fields: { paths: [first, second] },
  });
