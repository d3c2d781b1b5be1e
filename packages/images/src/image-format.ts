import { checkArguments } from '@hm/tensor/host';

/** File extensions of the formats that can be decoded, as used for files written here. */
export type ImageExtension = 'jpg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif';

/** Returns the extension for an encoded image, by its first bytes; `jpg` if no other format matches. */
export const imageExtension = (bytes: Uint8Array): ImageExtension => {
  checkArguments('imageExtension', { bytes }, { bytes: 'bytes' });
  return rasterFormat(bytes) ?? 'jpg';
};

/** Returns the format of a raster image, by its first bytes; undefined for anything else, such as SVG. */
export function rasterFormat(bytes: Uint8Array): ImageExtension | undefined {
  checkArguments('rasterFormat', { bytes }, { bytes: 'bytes' });
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  if (start.startsWith('\xff\xd8')) return 'jpg';
  if (start.startsWith('\x89PNG')) return 'png';
  if (start.startsWith('GIF8')) return 'gif';
  if (/^RIFF.{4}WEBP/s.test(start)) return 'webp';
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return 'tiff';
  return brandsOf(start).some((brand) => brand === 'avif' || brand === 'avis') ? 'avif' : undefined;
}

/** Returns the name of a format that can be recognized by its first bytes but is not decoded. */
export function otherFormat(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  if (bytes.length === 0) return 'an empty file';
  if (start.startsWith('version https://git-lfs.')) return 'a pointer of Git LFS, whose file was not fetched';
  if (/^(heic|heix|hevc|mif1)$/.test(brandsOf(start)[0] ?? '')) return 'HEIC';
  if (start.startsWith('BM')) return 'BMP';
  if (start.startsWith('%PDF')) return 'PDF';
  if (/^(\uFEFF|\xef\xbb\xbf)?\s*<(\?xml|svg|!DOCTYPE svg)/i.test(start)) return 'SVG';
  if (start.startsWith('\xff\n') || start.slice(4, 8) === 'JXL ') return 'JPEG XL';
  if (start.slice(4, 8) === 'jP  ') return 'JPEG 2000';
  return /^<(!doctype )?html/i.test(start) ? 'a web page' : undefined;
}

/** Returns the brands of an ISO media file, its own first. AVIF and HEIC differ in nothing else. */
function brandsOf(start: string): string[] {
  if (start.slice(4, 8) !== 'ftyp') return [];
  const end = Math.min(start.charCodeAt(2) * 256 + start.charCodeAt(3), start.length);
  return start.slice(8, end).match(/.{4}/gs) ?? [];
}
