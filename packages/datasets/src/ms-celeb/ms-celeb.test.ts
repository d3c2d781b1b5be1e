import { join } from 'node:path';
import { decodeImage } from '@hm/images';
import { describe, expect, test } from 'vitest';
import { noise, rgb, temporaryFolder, write } from '../testing/files.ts';
import { msCeleb } from './ms-celeb.ts';

const folder = temporaryFolder();
const rectangle = Buffer.from(new Float32Array([0.1, 0.2, 0.9, 0.8]).buffer).toString('base64');
const jpeg = async (seed: number) =>
  Buffer.from(
    await rgb(noise(seed, 12, 10), 12, 10)
      .jpeg()
      .toBuffer(),
  );
const line = (mid: string, rank: number, face: number, image: Buffer) =>
  [
    mid,
    rank,
    `http://a/${rank}.jpg`,
    'http://a/',
    `FaceId-${face}`,
    rectangle,
    image.toString('base64'),
  ].join('\t');
const images = await Promise.all([1, 2, 3, 4].map(jpeg));
const text = [
  line('m.0933t2', 0, 0, images[0]!),
  line('m.0107_f', 0, 0, images[1]!),
  line('m.0933t2', 14, 0, images[2]!),
  line('m.0933t2', 14, 3, images[3]!),
].join('\n');
const path = write(join(folder, 'faces.tsv'), `${text}\n`);

const refusal = (content: string, list?: string) => {
  const bad = write(join(folder, 'bad.tsv'), content);
  const options = list === undefined ? {} : { list: write(join(folder, 'list.txt'), list) };
  return expect(msCeleb(bad, options)).rejects;
};

describe('msCeleb', () => {
  test('images, identities and names', async () => {
    const data = await msCeleb(path);
    expect([data.length, data.classes, data.missing]).toEqual([4, 2, 0]);
    expect(data.names).toEqual(['m.0107_f', 'm.0933t2']);
    expect([...data.labels]).toEqual([1, 0, 1, 1]);
    for (const [index, id] of [
      'm.0933t2/0-FaceId-0.jpg',
      'm.0107_f/0-FaceId-0.jpg',
      'm.0933t2/14-FaceId-0.jpg',
      'm.0933t2/14-FaceId-3.jpg',
    ].entries()) {
      const sample = await data.sample(index);
      expect([sample.id, sample.label]).toEqual([id, data.labels[index]]);
      expect(sample.image).toEqual({ bytes: images[index] });
      expect(await decodeImage(sample.image)).toMatchObject({ height: 12, width: 10 });
    }
  });

  test('a line that spans chunks of a megabyte, and Windows line ends', async () => {
    const large = Buffer.alloc(3_000_000, 7);
    const file = `${line('m.a', 1, 0, large)}\r\n${line('m.b', 2, 0, images[0]!)}\r\n`;
    const data = await msCeleb(write(join(folder, 'large.tsv'), file));
    const { image } = await data.sample(0);
    expect('bytes' in image && large.equals(image.bytes)).toBe(true);
    expect((await data.sample(1)).image).toEqual({ bytes: images[0] });
  });

  test('the six columns of the uncropped images', async () => {
    const row = ['m.a', 'Ada Lovelace', 7, 'http://a/7.jpg', 'http://a/', images[0]!.toString('base64')].join(
      '\t',
    );
    const data = await msCeleb(write(join(folder, 'thumbnails.tsv'), row));
    expect(await data.sample(0)).toEqual({ image: { bytes: images[0] }, label: 0, id: 'm.a/7.jpg' });
  });

  test('ArcFace’s cleaned list names ranks; names from elsewhere are missing', async () => {
    const list = write(
      join(folder, 'clean.txt'),
      './m.0933t2/14.jpg\n./m.0933t2/1U153P28T.jpg\nm.none\\3.jpg\n',
    );
    const data = await msCeleb(path, { list });
    expect([data.length, data.names, data.missing]).toEqual([2, ['m.0933t2'], 1]);
  });

  test('a list of faces with classes', async () => {
    const list = write(
      join(folder, 'labelled.txt'),
      'm.0933t2/14-FaceId-3.jpg 5\nm.0107_f/0-FaceId-0.jpg 2\n',
    );
    const data = await msCeleb(path, { list });
    expect([...data.labels]).toEqual([0, 1]);
    expect([data.classes, data.name(0), data.name(1), data.missing]).toEqual([2, 'm.0107_f', 'm.0933t2', 0]);
  });

  test('what is refused, and where', async () => {
    const second = text.indexOf('\n') + 1;
    const fields = (offset: number) => ({ code: 'invalid-data', fields: { offset } });
    await refusal('').toMatchObject(fields(0));
    await refusal('no columns').toMatchObject(fields(0));
    await refusal(text.replace('m.0107_f\t', '')).toMatchObject(fields(second));
    await refusal(text.replace('m.0107_f', '../etc')).toMatchObject(fields(second));
    await refusal(`${'x'.repeat(70_000)}\t`).toMatchObject(fields(0));
    await refusal(text, 'm.none/1.jpg\n').toThrow('list.txt names');
    await refusal(text, 'm.0933t2/14.jpg\nnothing\n').toMatchObject(fields(16));
    await refusal(text, 'm.0933t2/14.jpg 1\nm.0933t2/0.jpg\n').toThrow('all lines or none');
  });

  test('a damaged image is a bad sample', async () => {
    const data = await msCeleb(
      write(join(folder, 'cut.tsv'), `${line('m.a', 1, 0, images[0]!).slice(0, -9)}!\n`),
    );
    const offset = line('m.a', 1, 0, Buffer.alloc(0)).length;
    expect(() => data.sample(0)).toThrow(expect.objectContaining({ code: 'invalid-data' }));
    expect(() => data.sample(0)).toThrow(`byte ${offset}`);
  });
});
