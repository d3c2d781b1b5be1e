import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Rng } from '@hm/tensor/host';
import sharp from 'sharp';
import { afterAll } from 'vitest';

/** Creates a folder that is removed after the test file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hm-datasets-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file and creates the folders above it. */
export function write(path: string, content: string | Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Returns seeded RGB noise. */
export function noise(seed: number, height: number, width: number): Uint8Array {
  const rng = Rng.of('noise', seed);
  return Uint8Array.from({ length: height * width * 3 }, () => rng.integer(256));
}

export const rgb = (pixels: Uint8Array, height: number, width: number) =>
  sharp(pixels, { raw: { height, width, channels: 3 } });

/** Writes identities `a`, `b`, … with PNG images of noise. */
export async function writeFaces(
  root: string,
  identities: number,
  images: number,
  size = 12,
): Promise<string> {
  for (let identity = 0; identity < identities; identity++) {
    const name = String.fromCharCode(97 + identity);
    for (let image = 1; image <= images; image++) {
      const pixels = noise(identity * 1000 + image, size, size);
      write(join(root, name, `${image}.png`), await rgb(pixels, size, size).png().toBuffer());
    }
  }
  return root;
}
