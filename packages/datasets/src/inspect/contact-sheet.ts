import { decodeImage } from '@hm/images';
import { checkArguments, checkOptions, InvalidArgumentError, Rng } from '@hm/tensor/host';
import sharp from 'sharp';
import type { Dataset } from '../dataset.ts';
import { labelsOf } from '../write/encoded-samples.ts';

/** Options of {@link contactSheet}. */
export interface ContactSheetOptions {
  /** Number of rows, one identity each. Default 8. */
  identities?: number;
  /** Number of columns. Default 8. */
  imagesPerIdentity?: number;
  /** Height and width of each image in pixels. Default 112. */
  size?: number;
  /** Seed that decides who is shown. Default 1. */
  seed?: number;
}

/** The contact sheet, and the names of its identities from top to bottom. */
export interface ContactSheet {
  png: Uint8Array;
  names: string[];
}

/** Pixels between images. */
const GAP = 4;

/**
 * Draws a contact sheet of random images of a data set, with one row for each identity.
 *
 * @throws {InvalidDataError} if one of them cannot be decoded.
 * @throws {InvalidArgumentError} if an option besides `seed` is not a whole number of at least 1.
 * @example
 * await writeFile('sheet.png', (await contactSheet(data)).png);
 */
export async function contactSheet(
  dataset: Dataset,
  options: ContactSheetOptions = {},
): Promise<ContactSheet> {
  const {
    identities = 8,
    imagesPerIdentity: columns = 8,
    size = 112,
    seed = 1,
  } = checkOptions('contactSheet', options, {
    ...{ identities: 'number', imagesPerIdentity: 'number', size: 'number', seed: 'number' },
  });
  checkArguments('contactSheet', { dataset }, { dataset: 'object' });
  for (const [name, value] of Object.entries({ identities, columns, size })) requirePositive(name, value);
  const rows = await drawRows(dataset, identities, columns, Rng.of(seed, 'contact sheet'));
  const step = size + GAP;
  const tiles = await Promise.all(
    rows.flatMap(({ indices }, row) =>
      indices.map(async (index, column) => {
        const { image, id } = await dataset.sample(index);
        const { pixels } = await decodeImage(image, { height: size, width: size, name: id });
        const raw = { width: size, height: size, channels: 3 } as const;
        return { input: Buffer.from(pixels), raw, left: GAP + column * step, top: GAP + row * step };
      }),
    ),
  );
  const [width, height] = [GAP + columns * step, GAP + rows.length * step];
  const sheet = sharp({ create: { width, height, channels: 3, background: '#fff' } });
  const names = rows.map(({ label }) => dataset.name(label));
  return { png: await sheet.composite(tiles).png().toBuffer(), names };
}

async function drawRows(dataset: Dataset, identities: number, columns: number, rng: Rng) {
  const images = new Map<number, number[]>();
  for (const [index, label] of (await labelsOf(dataset)).entries()) {
    const known = images.get(label);
    if (known) known.push(index);
    else images.set(label, [index]);
  }
  const labels = rng
    .shuffle(images.keys())
    .slice(0, identities)
    .sort((a, b) => a - b);
  return labels.map((label) => ({ label, indices: rng.shuffle(images.get(label)!).slice(0, columns) }));
}

function requirePositive(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new InvalidArgumentError({
    where: 'contactSheet',
    expected: `${name} to be a whole number of at least 1`,
    received: value,
    fix: `Choose ${name} in that range.`,
  });
}
