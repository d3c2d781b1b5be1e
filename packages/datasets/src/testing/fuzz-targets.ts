import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { decodeImage } from '@hm/images';
import { packTar } from 'modern-tar';
import type { Dataset } from '../dataset.ts';
import { damaged } from '../files/damaged.ts';
import { lfwPairs } from '../lfw/lfw-pairs.ts';
import { imageListFile } from '../lists/image-list-file.ts';
import { pairList } from '../lists/pair-list.ts';
import { msCeleb } from '../ms-celeb/ms-celeb.ts';
import { parquetImages } from '../parquet/parquet-images.ts';
import type { VerificationProtocol } from '../protocol.ts';
import { recordIo } from '../recordio/record-io.ts';
import { tarShards } from '../tar/tar-shards.ts';
import { verificationBin } from '../verification-bin/verification-bin.ts';
import { fileBytes } from '../write/file-bytes.ts';
import { ytfPairs } from '../ytf/ytf-pairs.ts';
import { noise, rgb, write } from './files.ts';
import type { FuzzTarget } from './fuzz.ts';

const golden = fileURLToPath(new URL('../../golden', import.meta.url));

/** Every reader, with intact files to change and a function that reads everything in such a file. */
export const fuzzTargets: readonly FuzzTarget[] = [
  ...['plain', 'insightface'].flatMap((layout): FuzzTarget[] => [
    {
      name: `RecordIO ${layout}, records`,
      seeds: async (folder) => seedFrom(join(golden, layout), folder, 'train.rec'),
      read: async (path) => readAll(await recordIo(path)),
    },
    {
      name: `RecordIO ${layout}, records without index`,
      seeds: async (folder) => [
        { path: join(folder, 'train.rec'), bytes: readFileSync(join(golden, layout, 'train.rec')) },
      ],
      read: async (path) => readAll(await recordIo(path)),
    },
    {
      name: `RecordIO ${layout}, index`,
      seeds: async (folder) => seedFrom(join(golden, layout), folder, 'train.idx'),
      read: async (path) => readAll(await recordIo(path.replace('.idx', '.rec'))),
    },
  ]),
  ...['property', 'train.lst'].map(
    (name): FuzzTarget => ({
      name: `RecordIO, ${name}`,
      seeds: async (folder) => {
        write(join(folder, 'train.lst'), '0\t0.0\tAda/1.jpg\n1\t1\tGrace/2.jpg\n2\t3\tLise/3.jpg\n');
        return seedFrom(join(golden, 'insightface'), folder, name);
      },
      // Neither file stops the records from being read, so a changed one that is ignored counts as refused.
      read: async (path) => {
        const data = await recordIo(join(path, '..'));
        await readAll(data);
        const isTaken = data.problems === undefined && (name === 'property' || data.name(0) !== '0');
        if (!isTaken) throw damaged({ path, offset: 0, expected: 'a file that fits', received: 'another' });
      },
    }),
  ),
  {
    name: 'InsightFace .bin',
    seeds: async (folder) =>
      readdirSync(join(golden, 'verification')).map((name) => ({
        path: join(folder, name),
        bytes: readFileSync(join(golden, 'verification', name)),
      })),
    read: async (path) => readImages(await verificationBin(path)),
  },
  {
    name: 'tar shards',
    seeds: async (folder) => [
      { path: join(folder, 'labels.tar'), bytes: await packed(['1.jpg', '1.cls', '2.jpg', '2.json']) },
      { path: join(folder, 'folders.tar'), bytes: await packed(['a/1.jpg', `b/${'long'.repeat(60)}.jpg`]) },
    ],
    read: async (path) => readAll(await tarShards(path)),
  },
  {
    name: 'lfw.tgz',
    seeds: async (folder) => {
      write(join(folder, 'pairs.txt'), lfwList);
      const archive = await packed([
        'lfw/Ada/Ada_0001.jpg',
        'lfw/Ada/Ada_0002.jpg',
        'lfw/Grace/Grace_0001.jpg',
      ]);
      return [
        { path: join(folder, 'lfw.tgz'), bytes: gzipSync(archive) },
        { path: join(folder, 'lfw.tar'), bytes: archive },
      ];
    },
    read: async (path) => readImages(await lfwPairs(path)),
  },
  {
    name: 'LFW pairs.txt',
    seeds: async (folder) => {
      for (const name of ['Ada/Ada_0001', 'Ada/Ada_0002', 'Grace/Grace_0001']) {
        write(join(folder, `${name}.jpg`), 'x');
      }
      return [{ path: join(folder, 'pairs.txt'), bytes: Buffer.from(lfwList) }];
    },
    read: async (path) => readImages(await lfwPairs(join(path, '..'))),
  },
  {
    name: 'YouTube Faces splits.txt',
    seeds: async (folder) => {
      for (const video of ['Ada/0', 'Ada/1', 'Grace/0']) write(join(folder, video, '0.1.jpg'), 'x');
      return [
        '1, 1, Ada/0, Ada/1, 1\n2, 1, Ada/0, Grace/0, 0\n',
        'split number, pair number, first name, second name, is same:\n1, 1, Ada/0, Ada/1, 1, 0\n',
      ].map((text, place) => ({ path: join(folder, `${place}.txt`), bytes: Buffer.from(text) }));
    },
    read: async (path) => readImages(await ytfPairs(join(path, '..'), { pairs: path })),
  },
  {
    name: 'MS-Celeb-1M',
    seeds: async (folder) => [
      {
        path: join(folder, 'faces.tsv'),
        bytes: Buffer.from(`${celebrity('m.a', 0)}\n${celebrity('m.b', 14)}\n`),
      },
      { path: join(folder, 'uncropped.tsv'), bytes: Buffer.from('m.a\tAda\t7\thttp://a\thttp://b\teHg=') },
    ],
    read: async (path) => readAll(await msCeleb(path)),
  },
  {
    name: 'MS-Celeb-1M, cleaned list',
    seeds: async (folder) => {
      write(join(folder, 'faces.tsv'), `${celebrity('m.a', 0)}\n${celebrity('m.b', 14)}\n`);
      return ['./m.a/0.jpg\nm.b\\14.jpg\n', 'm.b/14-FaceId-0.jpg 3\nm.a/0-FaceId-0.jpg 1\n'].map(
        (text, place) => ({
          path: join(folder, `${place}.txt`),
          bytes: Buffer.from(text),
        }),
      );
    },
    read: async (path) => readAll(await msCeleb(join(path, '..', 'faces.tsv'), { list: path })),
  },
  {
    name: 'parquet',
    seeds: async (folder) =>
      ['numbers', 'names'].map((name) => ({
        path: join(folder, `${name}.parquet`),
        bytes: readFileSync(join(golden, 'parquet', `${name}.parquet`)),
      })),
    read: async (path) => readAll(await parquetImages(path)),
  },
  {
    name: 'lists of images',
    seeds: async (folder) =>
      [
        ['a.lst', '7\t0\tman/1.jpg\n3\t1\twoman/2.jpg\n'],
        ['a.csv', 'path,label\n"a, b.jpg",Ada\nc.jpg,Lise\n'],
        ['a.txt', 'a.jpg 0\nb.jpg 1\n'],
      ].map(([name, text]) => ({ path: join(folder, name!), bytes: Buffer.from(text!) })),
    read: async (path) => {
      const data = await imageListFile(path);
      for (let index = 0; index < data.length; index++) await data.sample(index);
    },
  },
  {
    name: 'lists of pairs',
    seeds: async (folder) => {
      for (const name of ['a.jpg', 'b.jpg']) write(join(folder, name), 'x');
      return [
        ['pairs.csv', 'first,second,same,fold\na.jpg,b.jpg,1,1\nb.jpg,a.jpg,0,2\n'],
        ['pairs.txt', 'a.jpg\tb.jpg\t1\nb.jpg\ta.jpg\t-1\n'],
      ].map(([name, text]) => ({ path: join(folder, name!), bytes: Buffer.from(text!) }));
    },
    read: async (path) => readImages(await pairList(path)),
  },
  {
    name: 'images',
    seeds: async (folder) => {
      const image = rgb(noise(7, 12, 10), 12, 10);
      const formats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const;
      const encoded = formats.map(async (format) => ({
        path: join(folder, `a.${format}`),
        bytes: await image.clone().toFormat(format).toBuffer(),
      }));
      return Promise.all(encoded);
    },
    read: (path) => decodeImage({ path }),
  },
];

const celebrity = (mid: string, rank: number) =>
  `${mid}\t${rank}\thttp://a\thttp://b\tFaceId-0\tAAAAAA==\teHh4eHg=`;

const lfwList = '1\t1\nAda\t1\t2\nAda\t2\tGrace\t1\n';

/** Packs an archive of files that contain a class. */
const packed = (names: readonly string[]): Promise<Uint8Array> =>
  packTar(
    names.map((name) => {
      const body = name.endsWith('.json') ? '{"label":2,"name":"Ada"}' : '1';
      return { header: { name, size: body.length }, body };
    }),
  );

/** Copies a folder's files into another folder and returns one of them as the seed. */
function seedFrom(from: string, folder: string, name: string) {
  for (const file of readdirSync(from)) write(join(folder, file), readFileSync(join(from, file)));
  return [{ path: join(folder, name), bytes: readFileSync(join(folder, name)) }];
}

async function readImages({ images }: VerificationProtocol): Promise<void> {
  for (const image of images) await fileBytes(image);
}

async function readAll(data: Dataset): Promise<void> {
  for (let index = 0; index < data.length; index++) {
    const { image, label } = await data.sample(index);
    await fileBytes(image);
    data.name(label);
  }
  void data.labels;
}
