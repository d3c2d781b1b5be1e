import { InvalidDataError } from '@hm/tensor/host';
import { readUpTo } from './read-at.ts';

/** A compression format and the command that unpacks it. */
export interface Compression {
  name: string;
  command: string;
}

const magics: readonly (Compression & { start: string })[] = [
  { name: 'gzip', start: '\x1f\x8b', command: 'gunzip -c' },
  { name: 'bzip2', start: 'BZh', command: 'bunzip2 -c' },
  { name: 'xz', start: '\xfd7zXZ\0', command: 'unxz -c' },
  { name: 'zstd', start: '\x28\xb5\x2f\xfd', command: 'unzstd -c' },
  { name: 'lz4', start: '\x04\x22\x4d\x18', command: 'unlz4 -c' },
  { name: 'zip', start: 'PK\x03\x04', command: 'unzip' },
  { name: 'zip', start: 'PK\x05\x06', command: 'unzip' },
  { name: '7-Zip', start: '7z\xbc\xaf\x27\x1c', command: '7z x' },
  { name: 'RAR', start: 'Rar!\x1a\x07', command: 'unrar x' },
  { name: 'compress', start: '\x1f\x9d', command: 'uncompress -c' },
];

/** Detects how a file is compressed by its first bytes; undefined if it is not. */
export function compressionOf(path: string): Compression | undefined {
  const start = Buffer.from(readUpTo(path, 0, 16)).toString('latin1');
  return magics.find((magic) => start.startsWith(magic.start));
}

/** True if a file name has the extension of a compressed file. */
export const isPackedName = (name: string): boolean =>
  /\.(tgz|tbz2?|txz|tzst|gz|bz2|xz|zst|lz4|zip|7z|rar|z)$/i.test(name);

/** The error for a file that must be unpacked first: images inside could only be read from its start. */
export const compressed = (path: string, { name, command }: Compression): InvalidDataError =>
  new InvalidDataError({
    where: path,
    expected: 'a file that is not compressed',
    received: `a ${name} file`,
    fix: `Unpack it (${unpacking(path, command)}), and open what comes out.`,
    fields: { path, offset: 0, reason: `packed by ${name}` },
  });

/** Returns the command line to type. A command that unpacks to standard output is redirected to a file. */
function unpacking(path: string, command: string): string {
  const quoted = (text: string) => (/^[\w./-]+$/.test(text) ? text : JSON.stringify(text));
  if (!command.endsWith(' -c')) return `${command} ${quoted(path)}`;
  const plain = path.replace(/\.t(gz|bz2?|xz|zst)$/i, '.tar').replace(/\.(gz|bz2|xz|zst|lz4|z)$/i, '');
  return `${command} ${quoted(path)} > ${quoted(plain === path ? `${path}.unpacked` : plain)}`;
}
