/** Samples that a TIFF has for each pixel besides its colour. */
export interface ExtraSamples {
  /** Index of the transparency sample; undefined if there is none. */
  transparency: number | undefined;
}

/**
 * Finds the samples of a TIFF besides grey, RGB or CMYK, such as a saved selection. Returns undefined for another
 * format, for a TIFF without such samples, and for a truncated one.
 */
export function extraSamples(bytes: Uint8Array): ExtraSamples | undefined {
  const tags = firstDirectory(bytes);
  const colors = colorsOf[tags?.get(PHOTOMETRIC)?.[0] ?? -1];
  const samples = tags?.get(SAMPLES)?.[0] ?? 1;
  if (colors === undefined || samples <= colors) return undefined;
  const place = (tags?.get(EXTRA) ?? []).findIndex((kind) => kind === ASSOCIATED || kind === UNASSOCIATED);
  return { transparency: place === -1 ? undefined : place };
}

const [PHOTOMETRIC, SAMPLES, EXTRA] = [262, 277, 338];
/** Premultiplied transparency, which libvips undoes, and transparency that is not premultiplied. */
const [ASSOCIATED, UNASSOCIATED] = [1, 2];
/** Number of colour samples by photometric interpretation: white is zero, black is zero, RGB, CMYK, YCbCr, L*a*b*. */
const colorsOf: Partial<Record<number, number>> = { 0: 1, 1: 1, 2: 3, 5: 4, 6: 3, 8: 3 };

/** Returns the SHORT tags of the first image of a TIFF or BigTIFF. */
function firstDirectory(bytes: Uint8Array): Map<number, number[]> | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 4));
  if (!/^(II[*+]\0|MM\0[*+])$/.test(start)) return undefined;
  const [little, big] = [start.startsWith('I'), start.includes('+')];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (at: number) => (big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const [wordBytes, entryBytes] = big ? [8, 20] : [4, 12];
  const tags = new Map<number, number[]>();
  try {
    const directory = word(wordBytes);
    const count = big ? word(directory) : view.getUint16(directory, little);
    for (let entry = 0; entry < Math.min(count, 4096); entry++) {
      const at = directory + (big ? 8 : 2) + entry * entryBytes;
      if (view.getUint16(at + 2, little) !== SHORT) continue;
      const length = Math.min(word(at + 4), 64);
      const values = at + 4 + wordBytes;
      const from = length * 2 <= wordBytes ? values : word(values);
      tags.set(
        view.getUint16(at, little),
        Array.from({ length }, (_, place) => view.getUint16(from + place * 2, little)),
      );
    }
    return tags;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const SHORT = 3;
