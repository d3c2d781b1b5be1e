import { compressed, compressionOf } from '../files/compression.ts';
import { damaged } from '../files/damaged.ts';
import { unsafeName } from '../files/entry-name.ts';
import { type ByteStream, fileStream, gunzipStream } from './byte-stream.ts';
import { blockBytes, parseTarHeader, type TarHeader, text } from './tar-header.ts';

/** A file inside a tar archive, or an entry without contents: a link, a device or pipe. */
export interface TarEntry {
  kind: 'file' | 'link' | 'device';
  /** Path in the archive, which does not lead out of it. */
  name: string;
  /** Offset of its contents in the archive (in the uncompressed one, if it is compressed). */
  offset: number;
  /** Size in bytes. */
  size: number;
  /** Reads its contents; only until the next entry is requested. */
  read(): Promise<Uint8Array>;
}

/** No name is longer, and a false size must not cost memory. */
const maximumHeaderBytes = 1 << 20;

/**
 * Yields the files of a tar archive, or of a gzip-compressed one, in order, with the offsets of their contents. An
 * uncompressed archive can then be read at random, which no tar library offers.
 *
 * @throws {InvalidDataError} if the archive is damaged, compressed in another way, or has an absolute path or one that
 * leads out of it.
 */
export async function* tarEntries(path: string): AsyncGenerator<TarEntry, void, void> {
  const compression = compressionOf(path);
  if (compression !== undefined && compression.name !== 'gzip') throw compressed(path, compression);
  const stream = compression ? gunzipStream(path) : await fileStream(path);
  try {
    let extension: Partial<TarHeader> = {};
    for (let header = await nextHeader(stream, path); header; header = await nextHeader(stream, path)) {
      if ('LKxg'.includes(header.type)) {
        extension = { ...extension, ...(await readExtension(stream, path, header)) };
        continue;
      }
      const { name, size, type } = { ...header, ...extension };
      extension = {};
      const { offset } = stream;
      if (isFile(type) || isLink(type) || isDevice(type)) yield entryOf(stream, path, { name, size, type });
      else if (!isNothing(type)) throw refused(path, offset - blockBytes, name, `an entry of type ${type}`);
      await stream.skip(offset + padded(size) - stream.offset);
    }
  } finally {
    await stream.close();
  }
}

const isFile = (type: string) => type === '0' || type === '7';
const isLink = (type: string) => type === '1' || type === '2';
const isDevice = (type: string) => '346'.includes(type);
/** True for folders, including `D` with its list of contents, and volume labels. */
const isNothing = (type: string) => '5DV'.includes(type);
const padded = (size: number) => Math.ceil(size / blockBytes) * blockBytes;

async function nextHeader(stream: ByteStream, path: string): Promise<TarHeader | undefined> {
  const { offset } = stream;
  const block = await stream.read(blockBytes);
  if (block.length === 0) {
    throw damaged({
      path,
      offset,
      expected: 'the zeros that end a tar archive',
      received: 'the end of the file',
    });
  }
  if (block.length === blockBytes) return parseTarHeader(block, path, offset);
  throw damaged({ path, offset, expected: 'a tar header of 512 bytes', received: `${block.length} bytes` });
}

function entryOf(stream: ByteStream, path: string, { name: given, size, type }: TarHeader): TarEntry {
  const { offset } = stream;
  const name = given.replace(/^(\.\/)+/, '');
  const fault = unsafeName(name);
  if (fault) throw refused(path, offset - blockBytes, given, fault);
  return {
    kind: isLink(type) ? 'link' : isDevice(type) ? 'device' : 'file',
    name,
    offset,
    size,
    async read() {
      const bytes = await stream.read(size);
      if (bytes.length === size) return bytes;
      throw damaged({ path, offset, expected: `${size} bytes of ${name}`, received: `${bytes.length}` });
    },
  };
}

/** Reads GNU's long name, or what POSIX's extended header says about the next entry. */
async function readExtension(stream: ByteStream, path: string, { type, size }: TarHeader) {
  const { offset } = stream;
  if (size > maximumHeaderBytes) {
    throw damaged({
      path,
      offset,
      expected: `at most ${maximumHeaderBytes} bytes of header`,
      received: size,
    });
  }
  const bytes = Buffer.from(await stream.read(size));
  await stream.skip(padded(size) - size);
  if (type === 'L') return { name: text(bytes) };
  return type === 'x' ? parseExtended(bytes, path, offset) : {};
}

/** Parses lines `length key=value\n`; the length includes itself. */
function parseExtended(bytes: Buffer, path: string, offset: number): Partial<TarHeader> {
  const found: Partial<TarHeader> = {};
  for (let at = 0; at < bytes.length; ) {
    const length = Number.parseInt(bytes.toString('latin1', at, at + 8), 10);
    const line = bytes.toString('utf8', at, at + length - 1);
    const [, key, value = ''] = /^\d+ ([^=]+)=(.*)$/s.exec(line) ?? [];
    if (!(length > 0) || at + length > bytes.length || key === undefined) {
      throw damaged({
        path,
        offset: offset + at,
        expected: "'length key=value'",
        received: line.slice(0, 40),
      });
    }
    if (key === 'path') found.name = value;
    if (key === 'size' && /^\d{1,15}$/.test(value)) found.size = Number(value);
    at += length;
  }
  return found;
}

const refused = (path: string, offset: number, name: string, received: string) =>
  damaged({
    path,
    offset,
    expected: 'a file inside the archive',
    received: `${received}: ${JSON.stringify(name.slice(0, 200))}`,
    fix: 'Use an archive of plain files with relative names.',
  });
