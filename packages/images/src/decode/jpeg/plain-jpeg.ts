/** Size of a JPEG in pixels. */
export interface PlainJpeg {
  height: number;
  width: number;
}

/**
 * Returns the size of a JPEG that needs no conversion: three components of 8 bits, no Exif (which may rotate it), no
 * colour profile, no Adobe colour space except YCbCr. Returns undefined for anything else, including broken headers.
 */
export function plainJpeg(bytes: Uint8Array): PlainJpeg | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  for (let at = 2; at + 9 < bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker >= SOF0 && marker <= SOF2) return frameAt(bytes, at + 4);
    if (!isHeader(marker) || needsMore(bytes, at, marker)) return undefined;
    at += 2 + sixteen(bytes, at + 2);
  }
  return undefined;
}

const [SOF0, SOF2, DHT, DQT, DRI, COM] = [0xc0, 0xc2, 0xc4, 0xdb, 0xdd, 0xfe];
const [APP0, APP1, APP2, APP14, APP15] = [0xe0, 0xe1, 0xe2, 0xee, 0xef];

const isHeader = (marker: number): boolean =>
  [DHT, DQT, DRI, COM].includes(marker) || (marker >= APP0 && marker <= APP15);

function needsMore(bytes: Uint8Array, at: number, marker: number): boolean {
  if (marker === APP1 || marker === APP2) return true;
  return marker === APP14 && bytes[at + 15] !== 1;
}

function frameAt(bytes: Uint8Array, at: number): PlainJpeg | undefined {
  const isColor = bytes[at] === 8 && bytes[at + 5] === 3;
  return isColor ? { height: sixteen(bytes, at + 1), width: sixteen(bytes, at + 3) } : undefined;
}

const sixteen = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
