type Extension = 'jpg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif';

/** The extension for an encoded image, by its first bytes; `jpg` for those that nothing else fits. */
export const imageExtension = (bytes: Uint8Array): Extension => rasterFormat(bytes) ?? 'jpg';

/** The format of an image made of pixels, by its first bytes; undefined for all else, such as SVG. */
export function rasterFormat(bytes: Uint8Array): Extension | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(12, bytes.length)).toString('latin1');
  if (start.startsWith('\xff\xd8')) return 'jpg';
  if (start.startsWith('\x89PNG')) return 'png';
  if (start.startsWith('GIF8')) return 'gif';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'webp';
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return 'tiff';
  return start.slice(4, 8) === 'ftyp' ? 'avif' : undefined;
}
