import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Rng } from '@hm/tensor/host';
import sharp from 'sharp';
import { afterAll } from 'vitest';

/** A folder that is removed after the file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hm-images-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file and the folders above it. */
export function write(path: string, content: string | Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Seeded noise, RGB. */
export function noise(seed: number, height: number, width: number): Uint8Array {
  const rng = Rng.of('noise', seed);
  return Uint8Array.from({ length: height * width * 3 }, () => rng.integer(256));
}

export const rgb = (pixels: Uint8Array, height: number, width: number) =>
  sharp(pixels, { raw: { height, width, channels: 3 } });

/** An uncompressed TIFF of one colour, 8 bits a sample; `extra` says what its samples beyond the colour are. */
export function tiff(
  color: readonly number[],
  { photometric = 2, extra, side = 8 }: { photometric?: number; extra?: number[]; side?: number },
) {
  const pixels = Buffer.alloc(side * side * color.length, Buffer.from(color));
  const long = (value: number) => ({ type: 4, values: [value] });
  const short = (...values: number[]) => ({ type: 3, values });
  const tags = [
    [256, long(side)],
    [257, long(side)],
    [258, short(...color.map(() => 8))],
    [259, short(1)],
    [262, short(photometric)],
    [273, long(8)],
    [277, short(color.length)],
    [278, long(side)],
    [279, long(pixels.length)],
    ...(extra ? [[338, short(...extra)] as const] : []),
  ] as const;
  const directory = Buffer.alloc(2 + tags.length * 12 + 4);
  const rest: Buffer[] = [];
  let restAt = 8 + pixels.length + directory.length;
  directory.writeUInt16LE(tags.length);
  tags.forEach(([tag, { type, values }], place) => {
    const at = 2 + place * 12;
    const bytes = Buffer.alloc(Math.max(4, values.length * (type === 3 ? 2 : 4)));
    for (const [i, value] of values.entries()) {
      if (type === 3) bytes.writeUInt16LE(value, i * 2);
      else bytes.writeUInt32LE(value, i * 4);
    }
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(values.length, at + 4);
    if (bytes.length === 4) bytes.copy(directory, at + 8);
    else {
      directory.writeUInt32LE(restAt, at + 8);
      rest.push(bytes);
      restAt += bytes.length;
    }
  });
  const header = Buffer.from('II*\0\0\0\0\0', 'latin1');
  header.writeUInt32LE(8 + pixels.length, 4);
  return Buffer.concat([header, pixels, directory, ...rest]);
}
