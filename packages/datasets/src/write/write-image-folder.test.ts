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

  test.each(['..', '.', '', 'a/b', 'a\\b', '/etc', 'nul\u0000', 'C:'])(
    'refuses the identity %j',
    async (name) => {
      await expect(writeImageFolder(folder, one({ name }))).rejects.toMatchObject({ code: 'invalid-data' });
    },
  );

  test('refuses two images with one name, and numbers records', async () => {
    await expect(writeImageFolder(join(folder, 'two'), one({}, 2))).rejects.toThrow(
      /a second one for a\/b.jpg/,
    );
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
