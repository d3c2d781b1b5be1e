import { existsSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage } from '@hm/images';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { templates } from '../place/templates.ts';
import { drawFace } from '../testing/drawn-face.ts';
import { type AlignEvent, alignFolder } from './align-folder.ts';
import type { AlignFolderOptions } from './align-folder-options.ts';
import { alignImages } from './align-images.ts';
import type { AlignmentRecord } from './alignment-record.ts';

let folder: string;
let input: string;
let output: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-align-'));
  [input, output] = [join(folder, 'in'), join(folder, 'out')];
  await mkdir(join(input, 'Ada'), { recursive: true });
  await mkdir(join(input, 'Flat'));
  await drawFace()
    .jpeg({ quality: 95 })
    .toFile(join(input, 'Ada', 'Ada_0001.jpg'));
  await drawFace()
    .withMetadata({ orientation: 1 })
    .png()
    .toFile(join(input, 'Ada', 'Ada_0002.png'));
  await sharp({ create: { width: 90, height: 120, channels: 3, background: '#456' } })
    .jpeg()
    .toFile(join(input, 'Flat', 'Flat_0001.JPEG'));
  await drawFace()
    .jpeg()
    .toFile(join(input, 'Flat', 'cut.jpg'));
  await truncate(join(input, 'Flat', 'cut.jpg'), 2000);
  await writeFile(join(input, 'notes.txt'), 'no image');
});
afterEach(() => rm(folder, { recursive: true }));

async function run(options: AlignFolderOptions = {}): Promise<AlignEvent[]> {
  const events: AlignEvent[] = [];
  for await (const event of alignFolder(input, output, { workers: 0, ...options })) events.push(event);
  return events;
}

const kinds = (events: readonly AlignEvent[]) => events.map(({ kind }) => kind);
const manifest = async (): Promise<AlignmentRecord[]> =>
  (await readFile(join(output, 'alignment.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('alignFolder', () => {
  it('aligns under the same names and lists what it could not', async () => {
    const events = await run();
    expect(kinds(events)).toEqual(['aligned', 'aligned', 'no-face', 'undecodable', 'done']);
    expect((await readdir(output, { recursive: true })).sort()).toEqual(
      [
        ...['Ada', 'Ada/Ada_0001.jpg', 'Ada/Ada_0002.jpg'],
        ...['alignment-settings.json', 'alignment.jsonl', 'no-face.txt'],
      ].sort(),
    );
    expect(await readFile(join(output, 'no-face.txt'), 'utf8')).toBe('Flat/Flat_0001.JPEG\n');
    const records = await manifest();
    expect(records.map(({ path, status }) => [path, status])).toEqual([
      ['Ada/Ada_0001.jpg', 'aligned'],
      ['Ada/Ada_0002.png', 'aligned'],
      ['Flat/Flat_0001.JPEG', 'no-face'],
      ['Flat/cut.jpg', 'undecodable'],
    ]);
    expect(records[0]).toMatchObject({ faces: 1, output: 'Ada/Ada_0001.jpg', bordered: false });
    expect(records[0]!.landmarks!.length).toBe(5);
    expect(records[3]!.reason).toMatch(/whole image/);
  });

  it('puts the eyes where the template has them', async () => {
    await run();
    const { data, info } = await sharp(join(output, 'Ada/Ada_0001.jpg'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.height, info.width]).toEqual([112, 112]);
    const [[leftX, leftY], [rightX, rightY]] = templates['arcface-112x112'].landmarks;
    const darkest = (fromX: number, toX: number): [number, number] => {
      let best: [number, number, number] = [0, 0, 1000];
      for (let y = 44; y < 60; y++)
        for (let x = fromX; x < toX; x++) {
          const around = [-1, 0, 1].map((dx) => data[(y * 112 + x + dx) * 3]!);
          const sum = around.reduce((a, b) => a + b, 0);
          if (sum < best[2]) best = [x, y, sum];
        }
      return [best[0], best[1]];
    };
    for (const [found, wanted] of [
      [darkest(28, 48), [leftX, leftY]],
      [darkest(63, 83), [rightX, rightY]],
    ] as const) {
      expect(Math.hypot(found[0] - wanted[0], found[1] - wanted[1])).toBeLessThan(6);
    }
  });

  it('goes on where it was stopped, and starts again with overwrite', async () => {
    for await (const event of alignFolder(input, output, { workers: 0 })) {
      if (event.kind === 'aligned') break;
    }
    const first = join(output, 'Ada/Ada_0001.jpg');
    await utimes(first, 1, 1);
    await rm(join(output, 'Ada/Ada_0002.jpg'), { force: true });
    const events = await run();
    expect(kinds(events)).toEqual(['skipped', 'aligned', 'no-face', 'undecodable', 'done']);
    expect((await stat(first)).mtimeMs).toBe(1000);
    expect((await manifest())[0]).toMatchObject({ status: 'aligned', faces: 1 });
    expect((await manifest()).length).toBe(4);
    expect(kinds(await run({ overwrite: true }))[0]).toBe('aligned');
    expect((await stat(first)).mtimeMs).toBeGreaterThan(1000);
  });

  it('takes an output that was there before any run as it is', async () => {
    await mkdir(join(output, 'Ada'), { recursive: true });
    await writeFile(join(output, 'Ada/Ada_0001.jpg'), 'somebody else’s');
    expect(kinds(await run())[0]).toBe('skipped');
    expect((await manifest())[0]).toMatchObject({ status: 'existing', box: null });
    expect(kinds(await run())[0]).toBe('skipped');
  });

  it('aligns again what a killed run wrote without a line about it', async () => {
    await run();
    const [first, ...others] = (await readFile(join(output, 'alignment.jsonl'), 'utf8'))
      .trimEnd()
      .split('\n');
    await writeFile(join(output, 'alignment.jsonl'), `${others.join('\n')}\n{"path":"Ada/Ada_0001.jpg","sta`);
    expect(kinds(await run())[0]).toBe('aligned');
    expect((await manifest())[0]).toEqual(JSON.parse(first!));
  });

  it('is refused while another works in the folder', async () => {
    const events = alignFolder(input, output, { workers: 0 });
    await events.next();
    await expect(run()).rejects.toMatchObject({ code: 'unavailable', fields: { pid: process.pid } });
    await events.return(undefined);
    expect(kinds(await run()).at(-1)).toBe('done');
  });

  it('writes a centre crop where no face is, if asked', async () => {
    const events = await run({ noFace: 'center', template: 'sphereface-112x96', format: 'png' });
    expect(kinds(events)[2]).toBe('no-face');
    const { height, width, format } = await sharp(join(output, 'Flat/Flat_0001.png')).metadata();
    expect([height, width, format]).toEqual([112, 96, 'png']);
    expect(await readFile(join(output, 'no-face.txt'), 'utf8')).toBe('Flat/Flat_0001.JPEG\n');
  });

  it('does not mix templates in one folder', async () => {
    await run();
    await expect(run({ template: 'sphereface-112x96' })).rejects.toThrow(
      /expected template arcface-112x112, .*got sphereface-112x96/,
    );
    expect(kinds(await run({ template: 'sphereface-112x96', overwrite: true }))[0]).toBe('aligned');
  });

  it('does not mix faces that were made in other ways, and leaves none beside a new one', async () => {
    await run();
    for (const options of [
      { format: 'png' },
      { prefer: 'center' },
      { border: 0.1 },
      { minFaceSize: 30 },
    ] as const) {
      const [name, value] = Object.entries(options)[0]!;
      await expect(run(options)).rejects.toThrow(
        new RegExp(`expected ${name} .*got ${value}. Fix: .*overwrite`),
      );
    }
    expect(kinds(await run({ noFace: 'center' })).slice(0, 2)).toEqual(['skipped', 'skipped']);
    await rm(join(output, 'alignment-settings.json'));
    await expect(run({ format: 'png' })).rejects.toThrow(/expected format jpeg/);
    await run({ format: 'png', overwrite: true });
    const files = (await readdir(output, { recursive: true })).filter((name) => /\.(jpe?g|png)$/i.test(name));
    expect(files.every((name) => name.endsWith('.png'))).toBe(true);
    expect(new Set((await manifest()).map(({ output: file }) => file)).size).toBe(4 - 1);
  });

  it.each(['jpeg', 'png'] as const)('goes on with an overwrite that was interrupted (%s)', async (format) => {
    await run();
    const options = { template: 'sphereface-112x96', format, workers: 0 } as const;
    const events = alignFolder(input, output, { ...options, overwrite: true });
    await events.next();
    await events.return(undefined);
    expect(kinds(await run(options))).toEqual(['skipped', 'aligned', 'no-face', 'undecodable', 'done']);
    const extension = format === 'png' ? 'png' : 'jpg';
    const outputs = (await manifest()).flatMap(({ output: file }) => file ?? []);
    expect(outputs).toEqual([`Ada/Ada_0001.${extension}`, `Ada/Ada_0002.${extension}`]);
    expect((await readdir(join(output, 'Ada'))).map((name) => `Ada/${name}`).sort()).toEqual(outputs);
    expect(await readFile(join(output, 'alignment.jsonl'), 'utf8')).not.toContain('outdated');
  });

  it('leaves no face where it says that there is none', async () => {
    await run({ noFace: 'center' });
    await run({ noFace: 'skip', overwrite: true });
    expect((await manifest())[2]).toMatchObject({ status: 'no-face', output: null });
    expect(await readdir(join(output, 'Flat')).catch(() => [])).toEqual([]);
  });

  it('gives the same files with worker threads', async () => {
    await run();
    const wanted = await readFile(join(output, 'Ada/Ada_0001.jpg'));
    const records = await manifest();
    output = join(folder, 'threads');
    const events = await run({ workers: 2 });
    expect(kinds(events)).toEqual(['aligned', 'aligned', 'no-face', 'undecodable', 'done']);
    expect(await manifest()).toEqual(records);
    expect((await readFile(join(output, 'Ada/Ada_0001.jpg'))).equals(wanted)).toBe(true);
  });

  describe('in shards', () => {
    const shard = (index: number, count = 2) => ({ shard: { index, count } });
    const files = async () =>
      Object.fromEntries(
        await Promise.all(
          (await readdir(output, { recursive: true, withFileTypes: true }))
            .filter((entry) => entry.isFile())
            .map(async (entry) => [entry.name, await readFile(join(entry.parentPath, entry.name), 'base64')]),
        ),
      );
    const summaryOf = (events: AlignEvent[]) => {
      const last = events.at(-1)!;
      return last.kind === 'done' ? last.summary : undefined;
    };

    it('two give byte for byte what one run gives, whichever is last', async () => {
      await run();
      const wanted = await files();
      for (const order of [
        [0, 1],
        [1, 0],
      ] as const) {
        output = join(folder, `out-${order[0]}`);
        const first = summaryOf(await run(shard(order[0])));
        expect([first?.images, first?.whole]).toEqual([2, false]);
        expect(summaryOf(await run(shard(order[1])))?.whole).toBe(true);
        expect(await files()).toEqual(wanted);
      }
    });

    it('at the same time, and more of them than images, too', async () => {
      await run();
      const wanted = await files();
      output = join(folder, 'together');
      await Promise.all([0, 1, 2, 3, 4].map((index) => run(shard(index, 5))));
      expect(await files()).toEqual(wanted);
    });

    it('one that was stopped goes on where it was', async () => {
      await run();
      const wanted = await files();
      output = join(folder, 'stopped');
      for await (const event of alignFolder(input, output, { workers: 0, ...shard(0) })) {
        if (event.kind === 'aligned') break;
      }
      expect(kinds(await run(shard(0)))).toEqual(['skipped', 'no-face', 'done']);
      expect(kinds(await run(shard(1)))).toEqual(['aligned', 'undecodable', 'done']);
      expect(await files()).toEqual(wanted);
      expect(kinds(await run(shard(1)))).toEqual(['skipped', 'undecodable', 'done']);
    });

    it('refuses a shard with other options than the shards before it', async () => {
      await run(shard(0));
      await expect(run({ ...shard(1), template: 'sphereface-112x96' })).rejects.toThrow(
        /expected template arcface-112x112, .*got sphereface-112x96/,
      );
      expect(summaryOf(await run(shard(1)))?.whole).toBe(true);
    });

    it('does not mix the faces of an overwrite with those before it', async () => {
      for (const index of [0, 1]) await run(shard(index));
      const options = { template: 'sphereface-112x96' } as const;
      expect(summaryOf(await run({ ...options, ...shard(0), overwrite: true }))?.whole).toBe(false);
      const events = await run({ ...options, ...shard(1) });
      expect(kinds(events)).toEqual(['aligned', 'undecodable', 'done']);
      expect(summaryOf(events)?.whole).toBe(true);
      expect(new Set((await manifest()).map(({ template }) => template))).toEqual(
        new Set([options.template]),
      );
    });

    it('does not take an interrupted overwrite of a shard for finished', async () => {
      await run(shard(0));
      for await (const event of alignFolder(input, output, { workers: 0, ...shard(0), overwrite: true }))
        if (event.kind === 'aligned') break;
      expect(summaryOf(await run(shard(1)))?.whole).toBe(false);
      expect(summaryOf(await run(shard(0)))?.whole).toBe(true);
    });

    it('refuses a shard that is none of its count', async () => {
      for (const index of [-1, 2, 0.5]) await expect(run(shard(index))).rejects.toThrow(/0 ≤ index < count/);
    });
  });

  it('says so when an output cannot be written, from threads too', async () => {
    await mkdir(output, { recursive: true });
    await writeFile(join(output, 'Ada'), '');
    for (const workers of [0, 1]) {
      await expect(run({ workers })).rejects.toThrow(/an output folder that can be written to, got E/);
    }
  });

  it('refuses folders and options that cannot work', async () => {
    await expect(run({ workers: -1 })).rejects.toThrow(/workers/);
    await expect(run({ border: 3 })).rejects.toThrow(/border/);
    await expect(run({ centerFraction: 0 })).rejects.toThrow(/centerFraction/);
    await expect(run({ template: 'other' as 'arcface-112x112' })).rejects.toThrow(/one of arcface-112x112/);
    output = input;
    await expect(run()).rejects.toThrow(/other than the input/);
    output = join(folder, 'link');
    await symlink(input, output);
    await expect(run({ overwrite: true })).rejects.toThrow(/other than the input/);
    input = join(folder, 'missing');
    await expect(run()).rejects.toMatchObject({ code: 'invalid-data', fields: { path: input } });
    await mkdir(input);
    await expect(run()).rejects.toThrow(/images/);
  });

  it('numbers two images that would share an output, and leaves its own output out of the input', async () => {
    await drawFace()
      .png()
      .toFile(join(input, 'Ada', 'Ada_0001.png'));
    await run();
    const [first, second] = await manifest();
    expect([first!.output, second!.output]).toEqual(['Ada/Ada_0001.jpg', 'Ada/Ada_0001_2.jpg']);
    await rm(join(input, 'Ada', 'Ada_0001.png'));
    output = join(input, 'aligned');
    await run();
    expect((await run()).length).toBe(5);
    await symlink(folder, join(folder, 'link'));
    input = join(folder, 'link', 'in');
    expect((await run()).length).toBe(5);
  });

  it('keeps the face of a photograph that takes over the name of another’s', async () => {
    await rm(join(input, 'Ada', 'Ada_0001.jpg'));
    await run();
    await drawFace()
      .jpeg()
      .toFile(join(input, 'Ada', 'Ada_0002.jpg'));
    await run();
    const outputs = (await manifest()).map(({ output: file }) => file).filter((file) => file !== null);
    expect(outputs).toEqual(['Ada/Ada_0002.jpg', 'Ada/Ada_0002_2.jpg']);
    for (const file of outputs) expect(existsSync(join(output, file)), file).toBe(true);
    await rm(join(input, 'Ada', 'Ada_0002.jpg'));
    await run();
    expect(await readdir(join(output, 'Ada'))).toEqual(['Ada_0002.jpg']);
  });
});

it.each([0, 2])('gives faces in memory, the same that it writes (%d workers)', async (workers) => {
  await run({ format: 'png' });
  const names = ['Flat/Flat_0001.JPEG', 'Ada/Ada_0002.png', 'Flat/cut.jpg', 'Ada/Ada_0001.jpg'];
  const found = [];
  const paths = names.map((name) => join(input, name));
  for await (const face of alignImages(paths, { workers })) found.push(face);
  expect(found.map(({ path }) => path)).toEqual(paths);
  expect(found.map(({ status }) => status)).toEqual(['no-face', 'aligned', 'undecodable', 'aligned']);
  expect(found.map(({ image }) => image !== undefined)).toEqual([false, true, false, true]);
  expect(found[2]!.reason).toMatch(/whole image/);
  const written = await decodeImage({ path: join(output, 'Ada', 'Ada_0001.png') });
  expect(Buffer.from(found[3]!.image!.pixels)).toEqual(Buffer.from(written.pixels));
  expect(found[3]).not.toHaveProperty('output');
  const shard = { shard: { index: 0, count: 4 } };
  await expect(alignImages(paths, shard as object).next()).rejects.toThrow('shard');
});
