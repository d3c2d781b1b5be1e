import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { defaultPreprocessing, preprocessingToMetadata } from '@hm/datasets';
import type { ModelCalibration } from '@hm/eval';
import type { RgbImage } from '@hm/images';
import { withMetadata } from '@hm/onnx/session';
import { Rng } from '@hm/tensor/host';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRecognizer } from '../open-recognizer.ts';
import type { Recognizer } from '../recognizer.ts';
import { meanColor } from '../testing.ts';
import { encodeGallery } from './gallery-file.ts';
import { enrolledPeople, openGallery } from './open-gallery.ts';

const metadata = preprocessingToMetadata({ ...defaultPreprocessing, mean: 0, scale: 1 });
const model = withMetadata(meanColor(112), metadata);
/** A network whose embedding is the mean colour: a person is a hue, and every picture is a face. */
const color = (red: number, green: number, blue: number): RgbImage => {
  const pixels = new Uint8Array(112 * 112 * 3);
  for (let k = 0; k < pixels.length; k += 3) pixels.set([red, green, blue], k);
  return { pixels, width: 112, height: 112 };
};
const [red, green, blue] = [color(200, 10, 10), color(10, 200, 10), color(10, 10, 200)];
/** Flat pictures have no quality. */
const options = { threshold: 0.9, minQuality: 0 };

let recognizer: Recognizer;
let folder: string;
let count = 0;
const fresh = () => join(folder, `people-${count++}.gallery`);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-gallery-'));
  recognizer = await openRecognizer(model, { aligned: true });
  await writeFile(join(folder, 'face.onnx'), model);
});
afterAll(async () => {
  await recognizer.release();
  await rm(folder, { recursive: true });
});

describe('people', () => {
  test('are enrolled, identified, updated, listed, exported and forgotten', async () => {
    const path = fresh();
    const people = await openGallery(path, recognizer);
    const { person, refused } = await people.enroll(' Ada ', [red, color(210, 20, 5)], options);
    expect(person).toMatchObject({ name: 'Ada', photographs: 2 });
    expect(refused).toEqual([]);
    await people.enroll('Grace', [green], options);

    const [face] = await people.identify(color(150, 10, 10), { threshold: 0.9 });
    expect(face).toMatchObject({ name: 'Ada', reason: null, probability: null });
    expect(face!.candidates.map(({ name }) => name)).toEqual(['Ada', 'Grace']);
    const [stranger] = await people.identify(blue, { threshold: 0.9 });
    expect(stranger).toMatchObject({ name: null, reason: 'unknown' });
    const [between] = await people.identify(color(150, 150, 0), { threshold: 0.5, margin: 0.1 });
    expect(between).toMatchObject({ name: null, reason: 'ambiguous' });

    const updated = await people.update('Ada', [color(220, 0, 0), blue], options);
    expect(updated.person.photographs).toBe(3);
    expect(updated.refused).toMatchObject([{ photograph: 'photograph 2', reason: 'another person' }]);
    expect((await people.list()).map(({ name }) => name)).toEqual(['Ada', 'Grace']);

    const { ids, embeddings } = await people.export();
    expect([ids, embeddings.shape]).toEqual([
      ['Ada', 'Grace'],
      [2, 3],
    ]);
    expect(Math.hypot(...embeddings.data.subarray(0, 3))).toBeCloseTo(1, 6);

    expect(await people.forget('Ada')).toBe(true);
    expect(await people.forget('Ada')).toBe(false);
    expect((await people.identify(red, { threshold: 0.9 }))[0]!.name).toBeNull();
    await people.release();
  });

  test('are there for the next who opens the file, and for who has it open', async () => {
    const path = fresh();
    const [here, there] = [await openGallery(path, recognizer), await openGallery(path, recognizer)];
    await here.enroll('Ada', [red], options);
    expect((await there.identify(red, { threshold: 0.9 }))[0]!.name).toBe('Ada');
    await there.forget('Ada');
    expect(await here.list()).toEqual([]);
    await Promise.all([here.release(), there.release()]);
  });

  test('are listed, exported and forgotten without a network, beside one that is open', async () => {
    const path = fresh();
    const gallery = await openGallery(path, recognizer);
    await gallery.enroll('Ada', [red], options);
    await gallery.enroll('Grace', [green], options);
    const people = await enrolledPeople(path);
    expect(await people.list()).toEqual(await gallery.list());
    expect(await people.export()).toEqual(await gallery.export());
    expect([await people.forget('Ada'), await people.forget('Ada')]).toEqual([true, false]);
    expect((await gallery.identify(red, { threshold: 0.9 }))[0]!.name).toBeNull();
    await gallery.enroll('Joan', [blue], options);
    expect((await people.list()).map(({ name }) => name)).toEqual(['Grace', 'Joan']);
    await Promise.all([gallery.release(), people.release()]);
  });

  test('are nobody where there is no file, which stays so', async () => {
    const path = fresh();
    const people = await enrolledPeople(path);
    expect([await people.list(), await people.forget('Ada')]).toEqual([[], false]);
    expect((await people.export()).embeddings.shape).toEqual([0, 0]);
    expect(await readdir(folder)).not.toContain(basename(path));
    await expect(enrolledPeople(join(folder, 'face.onnx'))).rejects.toThrow(/a gallery of people/);
  });

  test('nothing of who is forgotten is left in the file or beside it', async () => {
    const own = fresh();
    const people = await openGallery(own, recognizer);
    await people.enroll('Ada', [red], options);
    await people.enroll('Grace', [green], options);
    const { embeddings } = await people.export();
    const before = await readFile(own);
    const sum = before.subarray(before.length - 24, before.length - 12);
    expect(before.includes('Ada') && before.includes(sum)).toBe(true);
    expect(embeddings.shape[0]).toBe(2);
    await people.forget('Ada');
    const after = await readFile(own);
    expect([after.includes('Ada'), after.includes(sum), after.includes('Grace')]).toEqual([
      false,
      false,
      true,
    ]);
    const names = (await readdir(folder)).filter((name) => name.includes(own.split('/').at(-1)!));
    expect(names).toEqual([own.split('/').at(-1)]);
    await people.release();
  });

  test('no photograph of the person, too little of it, or of another', async () => {
    const people = await openGallery(fresh(), recognizer);
    await expect(people.enroll('Ada', [red], { threshold: 0.9 })).rejects.toThrow(
      /a photograph of Ada that counts, got photograph 1: quality 0\.00/,
    );
    await expect(people.enroll('Ada', ['no-such.jpg'], options)).rejects.toThrow(/no such file/);
    await expect(people.enroll('Ada', [red, blue], options)).rejects.toThrow(/do not look alike/);
    const { refused } = await people.enroll('Ada', [red, blue, color(190, 0, 0)], options);
    expect(refused).toMatchObject([{ photograph: 'photograph 2', reason: 'another person' }]);
    expect(await people.list()).toHaveLength(1);
    await people.release();
  });

  test('a face that is someone else’s is refused, unless two are said to look alike', async () => {
    const people = await openGallery(fresh(), recognizer);
    await people.enroll('Ada', [red], options);
    const twin = people.enroll('Eva', [color(205, 12, 8)], options);
    await expect(twin).rejects.toMatchObject({ fields: { person: 'Ada' } });
    await expect(people.enroll('Ada', [blue], options)).rejects.toThrow(
      /who is\. Fix: Add photographs with update/,
    );
    await people.enroll('Eva', [color(205, 12, 8)], { ...options, alike: true });
    expect(await people.list()).toHaveLength(2);
    await people.release();
  });

  test.each([
    ['empty', ' '],
    ['with a slash', 'a/b'],
    ['with a backslash', 'a\\b'],
    ['with a line break', 'a\nb'],
    ['of 10,000 letters', 'x'.repeat(10_000)],
  ])('a name %s is refused', async (_, name) => {
    const people = await openGallery(fresh(), recognizer);
    await expect(people.enroll(name, [red], options)).rejects.toThrow(/a name of 1 to 200 characters/);
    await expect(people.forget(name)).rejects.toThrow(/a name of 1 to 200 characters/);
    await people.release();
  });

  test('a threshold is never made up', async () => {
    const people = await openGallery(fresh(), recognizer);
    await expect(people.enroll('Ada', [red], { minQuality: 0 })).rejects.toThrow(/no calibration/);
    await expect(people.identify(red)).rejects.toThrow(/no calibration/);
    await people.release();
    const calibration = { thresholds: [], probability: { kind: 'platt' } } as unknown as ModelCalibration;
    const few = await openGallery(fresh(), { ...recognizer, calibration });
    await expect(few.enroll('Ada', [red], { minQuality: 0 })).rejects.toThrow(/of too few pairs/);
    await expect(few.identify(red)).rejects.toThrow(/of too few pairs/);
    await few.release();
  });
});

describe('a file', () => {
  test('cut, altered, of another kind or of another network is refused and stays as it is', async () => {
    const path = fresh();
    const people = await openGallery(path, recognizer);
    await people.enroll('Ada', [red], options);
    const whole = await readFile(path);
    const altered = Buffer.from(whole);
    altered[altered.length - 2]! ^= 1;
    const renamed = Buffer.from(whole.toString('latin1').replace('Ada', 'Bob'), 'latin1');
    for (const bytes of [whole.subarray(0, 40), whole.subarray(0, -1), altered, renamed, Buffer.from('{}')]) {
      await writeFile(path, bytes);
      await expect(openGallery(path, recognizer)).rejects.toThrow(/a gallery of people, whole and unaltered/);
      await expect(people.enroll('Grace', [green], options)).rejects.toThrow(/whole and unaltered/);
      expect(await readFile(path)).toEqual(Buffer.from(bytes));
    }
    await truncate(path, 0);
    await expect(openGallery(path, recognizer)).rejects.toThrow(/whole and unaltered/);
    await writeFile(path, whole);
    expect(await people.list()).toHaveLength(1);
    const other = await openRecognizer(model, { aligned: true, flip: 'sum' });
    await expect(openGallery(path, other)).rejects.toThrow(/made with this network/);
    await Promise.all([people.release(), other.release()]);
  });

  // Root may write anywhere.
  test.skipIf(process.getuid?.() === 0)('that cannot be written is told, and nothing is lost', async () => {
    const closed = await mkdtemp(join(folder, 'closed-'));
    const path = join(closed, 'people.gallery');
    const people = await openGallery(path, recognizer);
    await people.enroll('Ada', [red], options);
    await chmod(closed, 0o500);
    await expect(people.enroll('Grace', [green], options)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await people.list()).toHaveLength(1);
    await chmod(closed, 0o700);
    await people.release();
  });

  test('of 2,000 people finds each of them', async () => {
    const [path, rng] = [fresh(), Rng.of(5)];
    const templates = Float32Array.from({ length: 6000 }, () => rng.normal());
    const people = Array.from({ length: 2000 }, (_, k) => ({
      ...{ name: `person ${k}`, photographs: 1, weight: 1, enrolled: '', updated: '' },
    }));
    const { fingerprint } = recognizer;
    await writeFile(path, await encodeGallery({ fingerprint, people, templates, size: 3 }));
    const gallery = await openGallery(path, recognizer);
    const [face] = await recognizer.faces(red);
    for (const row of [0, 777, 1999]) {
      const embedding = templates.slice(3 * row, 3 * row + 3);
      const found = await gallery.identifyFace({ ...face!, embedding }, { threshold: 0.9, margin: 0 });
      expect(found.name).toBe(`person ${row}`);
    }
    await gallery.release();
  });
});

/** Enrols people one after another, printing each name once it is safe, or at last why it is not. */
const program = (path: string, prefix: string, people: number) => `
import { openGallery, openRecognizer } from '@hm/recognize';
const recognizer = await openRecognizer(${JSON.stringify(join(folder, 'face.onnx'))}, { aligned: true });
const gallery = await openGallery(${JSON.stringify(path)}, recognizer);
const options = { threshold: 0.9999999, minQuality: 0, alike: true };
for (let k = 0; k < ${people}; k++) {
  const pixels = new Uint8Array(112 * 112 * 3).fill(k + 1);
  try {
    await gallery.enroll('${prefix}' + k, [{ pixels, width: 112, height: 112 }], options);
  } catch ({ code, fields }) {
    console.log(code, fields.code);
    break;
  }
  console.log('${prefix}' + k);
}
await gallery.release();
await recognizer.release();
`;

function start(
  path: string,
  prefix: string,
  people: number,
  within: readonly string[] = [],
): { child: ChildProcess; told: string[] } {
  const cwd = new URL('../..', import.meta.url).pathname;
  const node = [process.execPath, '--input-type=module', '-e', program(path, prefix, people)];
  const [command, ...words] = [...within, ...node];
  const child = spawn(command!, words, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const told: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => told.push(line));
  return { child, told };
}

describe('processes', () => {
  test('killed while they enroll lose nobody they told of', async () => {
    const path = fresh();
    const names = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const { child, told } = start(path, `${round}-`, 100_000);
      while (told.length < 5 + 7 * round) await once(child.stdout!, 'data');
      child.kill('SIGKILL');
      await once(child, 'close');
      for (const name of told) names.add(name);
      const gallery = await openGallery(path, recognizer);
      const kept = (await gallery.list()).map(({ name }) => name);
      expect(kept).toEqual(expect.arrayContaining([...names]));
      // The last may have been written and not yet told.
      expect(kept.length - names.size).toBeLessThanOrEqual(round + 1);
      await gallery.release();
    }
    const gallery = await openGallery(path, recognizer);
    await gallery.enroll('afterwards', [red], { ...options, alike: true });
    const beside = (await readdir(folder)).filter((name) => name.endsWith('.lock'));
    expect(beside).toEqual([]);
    await gallery.release();
  }, 120_000);

  test('that enroll at once both get their people in', async () => {
    const path = fresh();
    const both = [start(path, 'a', 12), start(path, 'b', 12)];
    await Promise.all(both.map(({ child }) => once(child, 'close')));
    expect(both.map(({ told }) => told.length)).toEqual([12, 12]);
    const gallery = await openGallery(path, recognizer);
    expect(await gallery.list()).toHaveLength(24);
    await gallery.release();
  }, 120_000);

  // The shell's limit of a file's size, in blocks of 512 or 1024 bytes, stands for a disk that is full.
  test.skipIf(process.platform === 'win32')(
    'that find no room on the disk lose nobody',
    async () => {
      const path = fresh();
      const { child, told } = start(path, '', 100, ['sh', '-c', 'ulimit -f 4; exec "$0" "$@"']);
      await once(child, 'close');
      expect(told.at(-1)).toBe('unavailable EFBIG');
      const gallery = await openGallery(path, recognizer);
      const people = await gallery.list();
      expect(people.length).toBeGreaterThan(3);
      expect(people.map(({ name }) => name)).toEqual(told.slice(0, -1));
      const beside = (await readdir(folder)).filter((name) => name.includes(basename(path)));
      expect(beside).toEqual([basename(path)]);
      await gallery.release();
    },
    120_000,
  );
});
