import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTarDecoder, packTar } from 'modern-tar';
import { describe, expect, test } from 'vitest';
import { imageFolder } from '../image-folder.ts';
import { temporaryFolder, write, writeFaces } from '../testing/files.ts';
import { encodedSamples } from '../write/encoded-samples.ts';
import { tarEntries } from './tar-entries.ts';
import { tarShards } from './tar-shards.ts';
import { writeTarShards } from './write-tar-shards.ts';

const folder = temporaryFolder();
let count = 0;
const place = (name: string) => join(folder, String(count++), name);

const tar = (path: string, from: string, flags: string[] = []) => {
  execFileSync('tar', ['-cf', path, ...flags, '-C', from, ...readdirSync(from)]);
  return path;
};

const packed = async (files: Record<string, string>) => {
  const entries = Object.entries(files).map(([name, body]) => ({
    header: { name, size: Buffer.byteLength(body) },
    body,
  }));
  return write(place('a.tar'), await packTar(entries));
};

const collect = async (path: string) => {
  const found: Record<string, string> = {};
  for await (const entry of tarEntries(path)) found[entry.name] = Buffer.from(await entry.read()).toString();
  return found;
};

describe('archives by GNU tar', () => {
  test.each(['gnu', 'posix', 'ustar', 'v7'])('in the format %s', async (format) => {
    const long = `${'d'.repeat(80)}/${'é'.repeat(format === 'posix' || format === 'gnu' ? 100 : 8)}.txt`;
    const names = format === 'v7' ? ['a/b.txt'] : ['a/b.txt', long];
    const from = place('files');
    for (const name of names) write(join(from, name), name.repeat(99));
    const path = tar(`${from}.tar`, from, [`--format=${format}`]);
    expect(await collect(path)).toEqual(Object.fromEntries(names.map((name) => [name, name.repeat(99)])));
    for await (const { name, offset, size } of tarEntries(path)) {
      const bytes = readFileSync(path).subarray(offset, offset + size);
      expect(bytes.toString()).toBe(name.repeat(99));
    }
  });

  test('a link is left out and named, wherever it leads', async () => {
    const from = place('links');
    mkdirSync(from, { recursive: true });
    symlinkSync('/etc/passwd', join(from, 'a.jpg'));
    const path = tar(`${from}.tar`, from);
    await expect(tarShards(path)).rejects.toThrow('expected images');
    write(join(from, 'a/1.jpg'), 'x');
    const data = await tarShards(tar(path, from));
    expect([data.length, data.skipped]).toEqual([1, [{ path: 'a.jpg', reason: 'a link', missed: true }]]);
  });

  test('a pipe is left out and named', async () => {
    const from = place('pipes');
    write(join(from, 'a/1.jpg'), 'x');
    execFileSync('mkfifo', [join(from, 'a/2.jpg')]);
    const { skipped } = await tarShards(tar(`${from}.tar`, from));
    expect(skipped).toEqual([{ path: 'a/2.jpg', reason: 'a device or pipe', missed: true }]);
  });

  test('folders of an incremental archive are none of its files', async () => {
    const from = await writeFaces(place('incremental'), 2, 1);
    const path = tar(`${from}.tar`, from, [`--listed-incremental=${from}.snar`]);
    expect(await tarShards(path)).toMatchObject({ length: 2, classes: 2 });
  });

  test('a folder for each identity', async () => {
    const faces = await writeFaces(place('faces'), 3, 2);
    const data = await tarShards(tar(`${faces}.tar`, faces));
    expect([data.length, data.classes, data.name(0), data.name(2)]).toEqual([6, 3, 'a', 'c']);
    const folderData = await imageFolder(faces);
    const expected = new Map<string, unknown>();
    for await (const { id, bytes, label } of encodedSamples(folderData))
      expected.set(id, [Buffer.from(bytes), label]);
    for await (const { id, bytes, label } of encodedSamples(data)) {
      expect([Buffer.from(bytes), label]).toEqual(expected.get(id));
    }
  });
});

const bombBytes = 2 ** 26 + 2 ** 24;

test('an archive that is compressed to exhaust its reader', async () => {
  const path = write(place('bomb.tgz'), gzipSync(Buffer.alloc(bombBytes, 1).fill(0, 0, 512)));
  await expect(collect(path)).resolves.toEqual({});
  const header = (
    await packTar([
      { header: { name: 'a.jpg', size: bombBytes - 512, type: 'file' }, body: Buffer.alloc(bombBytes - 512) },
    ])
  ).subarray(0, 512);
  write(path, gzipSync(Buffer.concat([header, Buffer.alloc(bombBytes - 512)])));
  await expect(collect(path)).rejects.toMatchObject({
    code: 'invalid-data',
    message: expect.stringContaining('after decompression'),
  });
});

describe('WebDataset shards', () => {
  test('classes come from .cls and .json, before or after the image', async () => {
    const data = await tarShards(
      await packed({
        'x/1.cls': '4',
        'x/1.jpg': 'one',
        'x/2.jpg': 'two',
        'x/2.json': '{"label":1,"name":"Ada"}',
        'x/2.txt': 'ignored',
      }),
    );
    expect([...data.labels]).toEqual([1, 0]);
    expect([data.classes, data.name(0), data.name(1)]).toEqual([2, 'Ada', '4']);
  });

  test('keys end at the last dot, or at the first', async () => {
    const dates = { '22.05.jpg': 'a', '22.05.cls': '0', '22.06.jpg': 'b', '22.06.cls': '7.0' };
    expect([...(await tarShards(await packed(dates))).labels]).toEqual([0, 1]);
    const views = { '1.left.jpg': 'a', '1.right.jpg': 'b', '1.cls': '3', '2.left.jpg': 'c', '2.cls': '4' };
    expect([...(await tarShards(await packed(views))).labels]).toEqual([0, 0, 1]);
  });

  test('a sample ends with its shard, although the next one begins with the same name', async () => {
    const shards = place('shards');
    for (const label of ['2', '0', '1'])
      write(
        join(shards, `${label}.tar`),
        readFileSync(await packed({ 'sample.jpg': 'x', 'sample.cls': label })),
      );
    expect([...(await tarShards(shards)).labels]).toEqual([0, 1, 2]);
  });

  test('what systems leave is nobody, and formats that are not read are named', async () => {
    const names = ['ada/1.jpg', 'ada/._1.jpg', '__MACOSX/ada/1.jpg', 'ada/2.heic', 'notes.txt'];
    const data = await tarShards(await packed(Object.fromEntries(names.map((name) => [name, 'x']))));
    expect([data.length, data.classes]).toEqual([1, 1]);
    expect(data.skipped!.map(({ path, missed }) => [path, missed])).toEqual([
      ['ada/._1.jpg', false],
      ['__MACOSX/ada/1.jpg', false],
      ['ada/2.heic', true],
    ]);
  });

  test('the old form of GNU, whose header has times where names go on', async () => {
    const path = await packed({ '1.jpg': 'x', '1.cls': '0', '2.jpg': 'x', '2.cls': '1' });
    const bytes = readFileSync(path);
    for (let at = 0; at < 512 * 8; at += 1024) {
      bytes.write('ustar  \0', at + 257, 'latin1');
      bytes.write('14725000000\x0014725000000', at + 345, 'latin1');
      bytes.fill(' ', at + 148, at + 156);
      const sum = bytes.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
      bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
    }
    expect(await tarShards(write(path, bytes))).toMatchObject({ length: 2, classes: 2 });
  });

  test('splits are not one set', async () => {
    const path = await packed({ 'train/ada/1.jpg': 'x', 'val/bob/1.jpg': 'x', 'val/cy/1.jpg': 'x' });
    await expect(tarShards(path)).rejects.toThrow('train, validation');
    expect(await tarShards(path, { split: 'validation' })).toMatchObject({ length: 2, classes: 2 });
    const root = place('shards');
    for (const name of ['train-0.tar', 'train-1.tar', 'test-0.tar'])
      write(join(root, name), readFileSync(await packed({ [`${name}/1.jpg`]: 'x' })));
    await expect(tarShards(root)).rejects.toThrow('train (2');
    expect((await tarShards(root, { split: 'train' })).shards).toHaveLength(2);
  });

  test('what is written is read again, and by a library', async () => {
    const faces = await imageFolder(await writeFaces(place('faces'), 3, 3));
    const root = place('shards');
    const shards = await writeTarShards(root, encodedSamples(faces), { shardBytes: 6000 });
    expect(shards.length).toBeGreaterThan(1);
    expect(readdirSync(root)).toEqual(shards.map((_, shard) => `${String(shard).padStart(6, '0')}.tar`));
    const data = await tarShards(root);
    expect([data.length, data.classes, data.name(2)]).toEqual([9, 3, 'c']);
    const written: unknown[] = [];
    for await (const { bytes, label, name } of encodedSamples(data))
      written.push([Buffer.from(bytes), label, name]);
    const original: unknown[] = [];
    for await (const { bytes, label, name } of encodedSamples(faces))
      original.push([Buffer.from(bytes), label, name]);
    expect(written).toEqual(original);
    const names: string[] = [];
    const stream = new Blob([readFileSync(shards[0]!)]).stream().pipeThrough(createTarDecoder());
    for await (const { header, body } of stream as unknown as AsyncIterable<{
      header: { name: string };
      body: ReadableStream;
    }>) {
      names.push(header.name);
      await body.cancel();
    }
    expect(names.slice(0, 3)).toEqual(['000000000.png', '000000000.cls', '000000000.json']);
  });

  test.each([
    [{ '1.jpg': 'x', '1.cls': 'two' }, 'a class from 0'],
    [{ '1.jpg': 'x', '1.cls': '-1' }, 'a class from 0'],
    [{ '1.jpg': 'x', '1.cls': '2147483646' }, 'a class from 0 to 134217728'],
    [{ '1.jpg': 'x', '1.json': '{' }, 'JSON'],
    [{ '1.jpg': 'x', '1.json': '{"label":0.5}' }, 'whole number'],
    [{ '1.jpg': 'x', '1.cls': '1', '2.jpg': 'x' }, 'a .cls or .json for 2.jpg'],
    [{ '1.jpg': 'x' }, 'folder for each image'],
    [{ '1.txt': 'x' }, 'expected images'],
    [{ 'Ada/0/1.jpg': 'x', 'Bob/0/1.jpg': 'x' }, 'Ada/0 and Bob/0'],
    [{ '../1.jpg': 'x' }, 'leads out'],
    [{ '/etc/1.jpg': 'x' }, 'absolute'],
  ])('%j is refused', async (files, words) => {
    const path = await packed(files);
    await expect(tarShards(path)).rejects.toMatchObject({
      code: 'invalid-data',
      message: expect.stringContaining(words),
      fields: { path, offset: expect.any(Number) },
    });
  });

  test('a cut or changed archive says where; no such path', async () => {
    const path = await packed({ 'a/1.jpg': 'x'.repeat(2000), 'a/2.jpg': 'y' });
    const bytes = readFileSync(path);
    for (const [changed, offset] of [
      [bytes.subarray(0, 1000), 512],
      [bytes.subarray(0, 2560), 2560],
      [bytes.subarray(0, 2700), 2560],
      [Buffer.from(bytes).fill('z', 2560, 2570), 2560],
    ] as const) {
      write(path, changed);
      await expect(tarShards(path)).rejects.toMatchObject({ code: 'invalid-data', fields: { path, offset } });
    }
    await expect(tarShards(join(folder, 'none'))).rejects.toThrow('no such path');
    await expect(tarShards(folder)).rejects.toThrow('a folder without');
  });
});
