import type { ImageFormat } from '@hm/images';
import type { Photograph } from './align-photograph.ts';

const OWN_EXTENSION = { jpeg: /\.jpe?g$/i, png: /\.png$/i };
const NEW_EXTENSION = { jpeg: '.jpg', png: '.png' };

/**
 * The output of every image: its own name, or its name with the extension of the format it is written in. Where two
 * would share one, even on a system that takes `A` for `a`, the later gets a number.
 */
export function planOutputs(paths: readonly string[], format: ImageFormat): Photograph[] {
  const own = new Set(paths.filter((path) => OWN_EXTENSION[format].test(path)).map(key));
  const taken = new Set<string>();
  return paths.map((path) => {
    const isOwn = OWN_EXTENSION[format].test(path);
    const stem = path.replace(/\.[^./]+$/, '');
    const extension = isOwn ? path.slice(stem.length) : NEW_EXTENSION[format];
    let output = stem + extension;
    for (let number = 2; taken.has(key(output)) || (!isOwn && own.has(key(output))); number++)
      output = `${stem}_${number}${extension}`;
    taken.add(key(output));
    return { path, output };
  });
}

const key = (path: string): string => path.normalize('NFC').toLowerCase();
