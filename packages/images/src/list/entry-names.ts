import { extname } from 'node:path';
import { checkArguments } from '@hm/tensor/host';
import type { SkippedEntry } from './skipped-entry.ts';

const decoded = new Set(['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff', '.gif', '.avif']);

/** True if a file is an image by its extension, in upper or lower case, and was not left by a system. */
export const isImageName = (name: string): boolean => {
  checkArguments('isImageName', { name }, { name: 'string' });
  return decoded.has(extname(name).toLowerCase()) && !isLeftBehind(name);
};

const others = new Set(
  (
    'heic heif bmp dib jfif jfi jif jpe pjpeg pjp jxl jp2 j2k jpf jpx svg svgz ico psd xcf tga ppm pgm pbm pnm exr ' +
    'hdr eps apng mng qoi pcx dng cr2 cr3 crw nef nrw arw sr2 srw orf rw2 raf pef raw x3f 3fr'
  )
    .split(' ')
    .map((extension) => `.${extension}`),
);

/** True if a file is an image in a format that is not decoded, by its extension. */
export const isOtherImageName = (name: string): boolean => {
  checkArguments('isOtherImageName', { name }, { name: 'string' });
  return others.has(extname(name).toLowerCase());
};

/** Files and folders, in lower case, that systems, file servers and archivers create. */
const systemNames = new Set([
  '__macosx',
  '@eadir',
  '@tmp',
  '@__thumb',
  '@recycle',
  '@recently-snapshot',
  '#recycle',
  '#snapshot',
  '$recycle.bin',
  'recycler',
  'recycled',
  'system volume information',
  'lost+found',
  'network trash folder',
  'temporary items',
  'desktop.ini',
  'icon\r',
  '__pycache__',
]);

/** True if a file or folder name is hidden, or was left by a system or tool. */
export const isLeftBehind = (name: string): boolean => {
  checkArguments('isLeftBehind', { name }, { name: 'string' });
  return (
    name.startsWith('.') ||
    name.startsWith('~$') ||
    systemNames.has(name.toLowerCase()) ||
    /^(eh)?thumbs(_vista)?\.db|^found\.\d{3}$/i.test(name)
  );
};

/** True if any part of a path, inside an archive or a list, is hidden or was left by a system or tool. */
export const isLeftBehindPath = (path: string): boolean => {
  checkArguments('isLeftBehindPath', { path }, { path: 'string' });
  return path.split(/[/\\]/).some((part) => part !== '.' && part !== '..' && isLeftBehind(part));
};

/** Returns why a file that is not an image is not used. */
export const unusedFile = (name: string): Omit<SkippedEntry, 'path'> => {
  checkArguments('unusedFile', { name }, { name: 'string' });
  return isOtherImageName(name)
    ? { reason: 'an image in a format that is not read', missed: true }
    : { reason: 'not an image file', missed: false };
};
