import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTarPacker } from 'modern-tar';
import { afterEach, describe, expect, test } from 'vitest';
import { noise, temporaryFolder } from '../testing/files.ts';
import { download } from './download.ts';
import { fetchFiles } from './fetch-lfw.ts';

const folder = temporaryFolder();
const content = Buffer.from(noise(1, 200, 200));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const published = (urls: string[]) => ({ urls, sha256: sha256(content), bytes: content.length });
const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

async function serve(answer: Answer): Promise<{ url: string; ranges: (string | undefined)[] }> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response, ranges.length);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`, ranges };
}

/** Sends the rest from where it is asked to, as servers that can do so. */
function sendRange(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  most = bytes.length,
): void {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const headers = {
    'content-length': bytes.length - from,
    'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
  };
  response.writeHead(from > 0 ? 206 : 200, headers);
  const piece = bytes.subarray(from, Math.min(from + most, bytes.length));
  if (from + piece.length < bytes.length)
    response.write(piece, () => setTimeout(() => response.destroy(), 20));
  else response.end(piece);
}

let count = 0;
const target = () => join(folder, `${count++}`, 'file.bin');

describe('download', () => {
  test('fetches a file, tells how far it is, and leaves one that is there alone', async () => {
    const { url, ranges } = await serve((request, response) => sendRange(request, response, content));
    const path = target();
    const progress: number[] = [];
    expect(await download(published([url]), path, { onProgress: (done) => progress.push(done) })).toBe(true);
    expect(readFileSync(path)).toEqual(content);
    expect(progress.at(-1)).toBe(content.length);
    expect(await download(published([url]), path)).toBe(false);
    expect(ranges).toEqual([undefined]);
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test('says why the only attempt failed, if it continued what is of another file', async () => {
    const { url } = await serve((request, response) => sendRange(request, response, content));
    const path = target();
    mkdirSync(join(path, '..'));
    writeFileSync(`${path}.part`, Buffer.alloc(50_000));
    await expect(download(published([url]), path, { attempts: 1 })).rejects.toThrow(
      `${url}: what an earlier call had received was of another file`,
    );
    expect(await download(published([url]), path, { attempts: 1 })).toBe(true);
  });

  test('goes on where the connection broke, within a call and in the next', async () => {
    const { url, ranges } = await serve((request, response) => sendRange(request, response, content, 50_000));
    const path = target();
    await expect(download(published([url]), path, { attempts: 1 })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(`${path}.part`)).toEqual(content.subarray(0, 50_000));
    await download(published([url]), path);
    expect(ranges).toEqual([undefined, 'bytes=50000-', 'bytes=100000-']);
    expect(readFileSync(path)).toEqual(content);
  });

  test('an error of the server leaves what has been received', async () => {
    const { url, ranges } = await serve((request, response, times) =>
      times === 2
        ? response.writeHead(503).end('back soon')
        : sendRange(request, response, content, times === 1 ? 50_000 : content.length),
    );
    const path = target();
    const once = () => download(published([url]), path, { attempts: 1 });
    await expect(once()).rejects.toThrow();
    await expect(once()).rejects.toThrow(/HTTP 503/);
    expect(readFileSync(`${path}.part`)).toEqual(content.subarray(0, 50_000));
    await once();
    expect(ranges).toEqual([undefined, 'bytes=50000-', 'bytes=50000-']);
    expect(readFileSync(path)).toEqual(content);
  });

  test('begins again where the server knows no ranges', async () => {
    const { url, ranges } = await serve((_, response, times) => {
      response.writeHead(200, { 'content-length': content.length });
      if (times === 1)
        response.write(content.subarray(0, 30_000), () => setTimeout(() => response.destroy(), 20));
      else response.end(content);
    });
    const path = target();
    await download(published([url]), path);
    expect(ranges).toEqual([undefined, 'bytes=30000-']);
    expect(readFileSync(path)).toEqual(content);
  });

  test('a wrong checksum is an error, and leaves nothing behind', async () => {
    const wrong = Uint8Array.from(content, (value, at) => (at === 7 ? value ^ 1 : value));
    const { url } = await serve((request, response) => sendRange(request, response, wrong));
    const path = target();
    await expect(download(published([url]), path)).rejects.toMatchObject({
      code: 'invalid-data',
      fields: { url, sha256: sha256(content), received: sha256(wrong) },
    });
    expect([existsSync(path), existsSync(`${path}.part`)]).toEqual([false, false]);
  });

  test('a part that another file left is thrown away', async () => {
    const { url, ranges } = await serve((request, response) => sendRange(request, response, content));
    const path = target();
    await download(published([url]), path);
    const other = target();
    await expect(download(published(['http://127.0.0.1:9/none']), other)).rejects.toThrow();
    writeFileSync(`${other}.part`, content.subarray(1000, 9000));
    await download(published([url]), other);
    expect(ranges.slice(1)).toEqual(['bytes=8000-', undefined]);
    expect(readFileSync(other)).toEqual(content);
  });

  test('takes the next address if one does not answer, refuses, or sends too much', async () => {
    const missing = await serve((_, response) => response.writeHead(404).end());
    const long = await serve((_, response) => response.end(Buffer.concat([content, content])));
    const good = await serve((request, response) => sendRange(request, response, content));
    const path = target();
    await download(published(['http://127.0.0.1:9/closed', missing.url, long.url, good.url]), path);
    expect(readFileSync(path)).toEqual(content);
    expect([missing.ranges.length, long.ranges.length]).toEqual([1, 1]);
  });

  test('says what to put where if nothing answers', async () => {
    const path = target();
    const file = published(['http://127.0.0.1:9/a', 'http://127.0.0.1:9/b']);
    await expect(download(file, path, { attempts: 1 })).rejects.toThrow(
      new RegExp(`one of 2 addresses.*put it at ${path} \\(SHA-256 ${file.sha256}\\)`),
    );
  });

  test('a server that stops sending, and an abort, do not hang', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 10));
    });
    const options = { attempts: 2, stallMilliseconds: 100 };
    await expect(download(published([url]), target(), options)).rejects.toThrow(/nothing came any more/);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    await expect(download(published([url]), target(), { signal: controller.signal })).rejects.toThrow(
      /abort/,
    );
  });
});

describe('fetchFiles', () => {
  async function archive(): Promise<Uint8Array> {
    const { readable, controller } = createTarPacker();
    const pack = async () => {
      for (const name of ['Ada/Ada_0001.jpg', 'Ada/Ada_0002.jpg']) {
        const body = controller.add({ name: `lfw/${name}`, size: name.length, type: 'file' }).getWriter();
        await body.write(Buffer.from(name));
        await body.close();
      }
      controller.finalize();
    };
    const [bytes] = await Promise.all([new Response(readable).arrayBuffer(), pack()]);
    return gzipSync(new Uint8Array(bytes));
  }

  test('downloads from a mirror, verifies, unpacks once, and goes on later without the archive', async () => {
    const files: Record<string, Uint8Array> = {
      'pairs.txt': Buffer.from('pairs'),
      'lfw.tgz': await archive(),
    };
    const { url, ranges } = await serve((request, response) =>
      sendRange(request, response, files[request.url!.split('/').at(-1)!]!),
    );
    const all = Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [
        name,
        { urls: [], sha256: sha256(bytes), bytes: bytes.length },
      ]),
    );
    const root = join(folder, 'lfw');
    const options = { mirror: url.replace(/file$/, '') };
    const first = await fetchFiles(root, options, all);
    expect(first.downloaded).toEqual(['pairs.txt', 'lfw.tgz']);
    expect(readFileSync(join(first.images, 'Ada/Ada_0002.jpg'), 'utf8')).toBe('Ada/Ada_0002.jpg');
    expect(existsSync(join(root, 'lfw.tgz'))).toBe(false);
    expect((await fetchFiles(root, options, all)).downloaded).toEqual([]);
    expect(ranges).toHaveLength(2);
  });
});
