import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordIo } from '@hm/datasets';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hm, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();
const path = (...parts: string[]) => join(folder.path, ...parts);
afterAll(folder.dispose);

beforeAll(async () => {
  mkdirSync(path('in', 'Ada'), { recursive: true });
  const gray = { create: { width: 90, height: 120, channels: 3, background: '#808080' } } as const;
  const bytes = await sharp(gray).jpeg().toBuffer();
  writeFileSync(path('in', 'Ada', 'Ada_0001.jpg'), bytes);
  writeFileSync(path('in', 'Ada', 'Ada_0002.jpg'), bytes.subarray(0, bytes.length / 2));
});

it('lists what has no face and what cannot be decoded; with nothing aligned the exit code says so', async () => {
  const { status, stdout } = await hm(['align', path('in'), path('out'), '--workers', '0']);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^2 images: 0 aligned, 0 already there, 1 without a face, 1 undecodable;/);
  expect(stdout).toMatch(/No face found in:\n {2}Ada\/Ada_0001\.jpg\n/);
  expect(stdout).toMatch(/Cannot be decoded:\n {2}Ada\/Ada_0002\.jpg\n/);
  expect(existsSync(path('out', 'Ada', 'Ada_0001.jpg'))).toBe(false);
});

it('--json prints the same as one object, and --no-face centre writes a centre crop', async () => {
  const options = [
    '--workers',
    '0',
    '--no-face',
    'center',
    '--center-fraction',
    '0.5',
    '--format',
    'png',
    '--json',
  ];
  const { stdout } = await hm(['align', path('in'), path('crops'), ...options]);
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ images: 2, aligned: 0, noFace: 1, undecodable: 1, skipped: 0 },
    ...{ withoutFace: ['Ada/Ada_0001.jpg'], unreadable: ['Ada/Ada_0002.jpg'] },
  });
  const { width, height } = await sharp(readFileSync(path('crops', 'Ada', 'Ada_0001.png'))).metadata();
  expect([width, height]).toEqual([112, 112]);
});

it('shards, by option or by the rank under mpirun, give the manifest of one run, and RecordIO at the end', async () => {
  const crops = ['--workers', '0', '--no-face', 'center', '--format', 'png'];
  await hm(['align', path('in'), path('whole'), ...crops]);
  const first = await hm([
    'align',
    path('in'),
    path('parts'),
    ...crops,
    '--shard',
    '2/2',
    '--rec',
    path('faces.rec'),
  ]);
  expect(first.stdout).toMatch(/Other shards are not finished/);
  expect(existsSync(path('faces.rec'))).toBe(false);
  const rank = { OMPI_COMM_WORLD_RANK: '0', OMPI_COMM_WORLD_SIZE: '2' };
  const last = await hm(
    ['align', path('in'), path('parts'), ...crops, '--rec', path('faces.rec')],
    undefined,
    rank,
  );
  expect(last.stdout).toMatch(/faces\.rec: 1 images of 1 identities as insightface/);
  expect(readFileSync(path('parts', 'alignment.jsonl'))).toEqual(
    readFileSync(path('whole', 'alignment.jsonl')),
  );
  expect((await recordIo(path('faces.rec'))).length).toBe(1);
});
