import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { imageFolder, recordIo, syntheticFaces, tarShards } from '@hm/datasets';
import { decodeImage } from '@hm/images';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, typed } from './testing.ts';

const folder = temporaryFolder();
const path = (...parts: string[]) => join(folder.path, ...parts);
const json = async (...options: string[]) => {
  const { stdout, status, stderr } = await typed(['data', ...options, '--json']);
  return { status, stderr, report: stdout === '' ? undefined : JSON.parse(stdout) };
};
const few = ['--identities', '3', '--images', '2', '--size', '48', '--workers', '1'];

beforeAll(async () => {
  await typed(['data', 'synth', '--out', path('faces'), ...few]);
}, 30_000);
afterAll(folder.dispose);

describe('hm data synth', () => {
  it('writes the faces of its seed, as a folder or RecordIO', async () => {
    const { report } = await json(
      'synth',
      '--out',
      path('faces.rec'),
      ...few,
      '--format',
      'png',
      '--seed',
      '4',
    );
    expect(report).toMatchObject({ format: 'recordio', images: 6, identities: 3, skipped: [] });
    const data = await recordIo(path('faces.rec'));
    const wanted = syntheticFaces({ identities: 3, imagesPerIdentity: 2, hardness: 0.3, seed: 4, size: 48 });
    for (const index of [0, 5]) {
      const { pixels } = await decodeImage((await data.sample(index)).image);
      expect(Buffer.compare(pixels, wanted.sample(index).image.pixels)).toBe(0);
    }
    expect((await imageFolder(path('faces'))).length).toBe(6);
  });

  it('leaves alone what is there, unless told otherwise', async () => {
    const first = readFileSync(path('faces/person-000001/0001.jpg'));
    const { status, stderr } = await json('synth', '--out', path('faces'), ...few);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/an output that is not there yet/)]);
    await json('synth', '--out', path('faces'), ...few, '--overwrite');
    expect(readFileSync(path('faces/person-000001/0001.jpg'))).toEqual(first);
  });
});

describe('hm data info and check', () => {
  it('tell what is in a data set, for people and programs', async () => {
    const { stdout } = await typed(['data', 'info', path('faces')]);
    expect(stdout).toMatch(/^Images +6$/m);
    expect(stdout).toMatch(/48 × 48 +6 +█/);
    const { report, status } = await json('info', path('faces'), '--images', '2');
    expect(report).toMatchObject({ images: 6, inspected: 2, formats: { jpeg: 2 } });
    expect(status).toBe(0);
    expect((await json('check', path('faces'))).report).toMatchObject({ ok: true });
  });

  it('a copy under another name and a cut file are problems', async () => {
    await typed(['data', 'convert', path('faces'), path('bad')]);
    const one = path('bad/person-000000/0000.jpg');
    copyFileSync(one, path('bad/person-000002/copy.jpg'));
    writeFileSync(path('bad/person-000001/cut.jpg'), readFileSync(one).subarray(0, 700));
    const { stdout, status } = await typed(['data', 'check', path('bad')]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/Cannot be decoded \(1\):\n {2}person-000001\/cut\.jpg: /);
    expect(stdout).toMatch(
      /under several identities \(1\):\n {2}person-000000\/0000\.jpg = person-000002\/copy\.jpg/,
    );
  });
});

describe('hm data convert', () => {
  it('goes from form to form without touching an image', async () => {
    await json('convert', path('faces'), path('train.rec'), '--to', 'insightface');
    await json('convert', path('train.rec'), path('shards'), '--to', 'tar');
    await json('convert', path('shards'), path('faces.parquet'));
    const { report } = await json('convert', path('faces.parquet'), path('back'));
    expect(report).toMatchObject({ format: 'folder', images: 6, identities: 3 });
    expect((await tarShards(path('shards'))).classes).toBe(3);
    const files = (root: string) =>
      readdirSync(path(root), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('base64'))
        .sort();
    expect(files('back')).toEqual(files('faces'));
  });

  it('leaves identities out', async () => {
    writeFileSync(path('exclude.txt'), 'person-000001\n');
    const { report } = await json('convert', path('faces'), path('two'), '--exclude', path('exclude.txt'));
    expect(report).toMatchObject({ images: 4, identities: 2 });
    expect(readdirSync(path('two')).sort()).toEqual(['person-000000', 'person-000002']);
  });

  it('resizes, and leaves out what cannot be read', async () => {
    const { report } = await json('convert', path('bad'), path('small'), '--size', '16x12');
    expect(report).toMatchObject({ images: 7, skipped: [{ index: 4 }] });
    const { height, width } = await sharp(path('small/person-000000/0000.jpg')).metadata();
    expect([height, width]).toEqual([16, 12]);
  });
});

it('hm data sample writes a picture', async () => {
  const { report } = await json(
    'sample',
    path('faces'),
    '--out',
    path('sheet.png'),
    '--images',
    '2',
    '--size',
    '20',
  );
  expect(report.names).toEqual(['person-000000', 'person-000001', 'person-000002']);
  const { height, width } = await sharp(path('sheet.png')).metadata();
  expect([height, width]).toEqual([4 + 3 * 24, 4 + 2 * 24]);
});

it('hm data fetch says what to put where if nothing can be reached', async () => {
  const server = createServer((_, response) => response.end('not what was published'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const { status, stderr } = await json('fetch', 'lfw', '--out', path('lfw'), '--mirror', mirror);
    expect(status).toBe(1);
    expect(stderr).toMatch(/pairs\.txt/);
    for (const digest of ['ea42330c', '055f7d9c']) expect(stderr).toContain(`SHA-256 ${digest}`);
    expect(existsSync(path('lfw/pairs.txt'))).toBe(false);
  } finally {
    server.close();
  }
});
