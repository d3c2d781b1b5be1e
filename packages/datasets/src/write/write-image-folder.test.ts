import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage } from '@hm/images';
import { describe, expect, test } from 'vitest';
import { imageFolder } from '../image-folder.ts';
import { syntheticFaces } from '../synthetic/synthetic-faces.ts';
import { temporaryFolder, writeFaces } from '../testing/files.ts';
import { type EncodedSample, encodedSamples } from './encoded-samples.ts';
import { writeImageFolder } from './write-image-folder.ts';

const folder = temporaryFolder();
let hostile = 0;
const faces = syntheticFaces({ identities: 2, imagesPerIdentity: 2, hardness: 0.3, seed: 2, size: 32 });

describe('writeImageFolder', () => {
  test('PNG keeps the pixels, under the images’ names, whatever the number of workers', async () => {
    for (const workers of [1, 2]) {
      const root = join(folder, `png-${workers}`);
      expect(await writeImageFolder(root, encodedSamples(faces, { workers, format: 'png' }))).toBe(4);
      const data = await imageFolder(root);
      expect([data.length, data.classes, data.name(1)]).toEqual([4, 2, 'person-000001']);
      for (let index = 0; index < 4; index++) {
        const { image, id } = await data.sample(index);
        expect(id).toBe(`${faces.sample(index).id}.png`);
        expect(Buffer.compare((await decodeImage(image)).pixels, faces.sample(index).image.pixels)).toBe(0);
      }
      expect(readdirSync(root, { recursive: true })).toHaveLength(6);
    }
  });

  test('JPEG has the same bytes for the same seed', async () => {
    const files = [];
    for (const name of ['once', 'again']) {
      await writeImageFolder(join(folder, name), encodedSamples(faces));
      files.push(readFileSync(join(folder, name, 'person-000001/0001.jpg')));
    }
    expect(files[0]).toEqual(files[1]);
  });

  test('encoded images pass unchanged, or are resized if asked', async () => {
    const from = await imageFolder(await writeFaces(join(folder, 'from'), 2, 2, 12));
    await writeImageFolder(join(folder, 'same'), encodedSamples(from));
    expect(readFileSync(join(folder, 'same/a/1.png'))).toEqual(readFileSync(join(folder, 'from/a/1.png')));
    await writeImageFolder(join(folder, 'small'), encodedSamples(from, { size: { height: 6, width: 8 } }));
    const small = await decodeImage({ path: join(folder, 'small/a/1.jpg') });
    expect([small.height, small.width]).toEqual([6, 8]);
  });

  async function* one(sample: Partial<EncodedSample>, times = 1): AsyncGenerator<EncodedSample> {
    for (let time = 0; time < times; time++)
      yield { bytes: new Uint8Array(3), label: 0, name: 'a', id: 'b.jpg', ...sample };
  }

  test.each([
    ['..', '_'],
    ['.', '_'],
    ['', '_'],
    ['a/b', 'a_b'],
    ['a\\b', 'a_b'],
    ['/etc', '_etc'],
    ['nul\u0000', 'nul_'],
    ['C:', 'C_'],
    ['CON', '_CON'],
    ['@eaDir', '_@eaDir'],
    ['.hidden', '_.hidden'],
    ['ends. .', 'ends_'],
    ['é'.repeat(300), 'é'.repeat(100)],
  ])('the identity %j is written as %j, in the folder', async (name, expected) => {
    const root = join(folder, 'hostile', String(hostile++));
    const renamed: string[] = [];
    await writeImageFolder(root, one({ name }), { onRename: (_, path) => renamed.push(path) });
    expect(readdirSync(root)).toEqual([expected]);
    expect(renamed).toEqual([`${expected}/b.jpg`]);
  });

  test('names that are there twice get a number, and so do records', async () => {
    async function* samples() {
      for (const id of ['b.jpg', 'b.jpeg', 'B.png', 'b_2.jpg', '2020-01-01 12:30:00.jpg']) yield* one({ id });
      for (const [label, name] of ['A', 'a', 'Jose\u0301', 'Jos\u00e9'].entries())
        yield* one({ label: label + 1, name });
    }
    const root = join(folder, 'two');
    expect(await writeImageFolder(root, samples())).toBe(9);
    expect(readdirSync(join(root, 'a'))).toEqual([
      '2020-01-01 12_30_00.jpg',
      'B_3.jpg',
      'b.jpg',
      'b_2.jpg',
      'b_2_2.jpg',
    ]);
    expect(readdirSync(root).sort()).toEqual(['A_2', 'Jose\u0301', 'Jos\u00e9_2', 'a', 'a_3'].sort());
    await writeImageFolder(join(folder, 'records'), one({ id: 'record 7' }));
    expect(readdirSync(join(folder, 'records/a'))).toEqual(['00000000.jpg']);
  });

  test('a bad image is thrown by name, or told and left out', async () => {
    const bad = {
      ...faces,
      sample: (index: number) =>
        index === 1 ? { image: { bytes: new Uint8Array(9) }, label: 0, id: 'bad' } : faces.sample(index),
    };
    const size = { height: 8, width: 8 };
    await expect(writeImageFolder(join(folder, 'bad'), encodedSamples(bad, { size }))).rejects.toThrow(
      /^bad: /,
    );
    const told: number[] = [];
    const options = { size, onBadSample: (_: unknown, index: number) => told.push(index) };
    expect(await writeImageFolder(join(folder, 'good'), encodedSamples(bad, options))).toBe(3);
    expect(told).toEqual([1]);
  });
});
