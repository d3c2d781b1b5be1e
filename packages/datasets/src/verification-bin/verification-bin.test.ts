import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { recordIo } from '../recordio/record-io.ts';
import { temporaryFolder, write } from '../testing/files.ts';
import { fileBytes } from '../write/file-bytes.ts';
import { contiguousFolds } from './contiguous-folds.ts';
import { verificationBin } from './verification-bin.ts';
import { writeVerificationBin } from './write-verification-bin.ts';

// Pickled by Python 2.7 and 3 with numpy 1 and 2: see tools/golden/verification_bin.py.
const golden = fileURLToPath(new URL('../../golden', import.meta.url));
const files = readdirSync(join(golden, 'verification'));
const folder = temporaryFolder();

const failure = async (name: string, bytes: Uint8Array) => {
  const path = write(join(folder, name), bytes);
  return verificationBin(path).then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
};

describe('verificationBin', () => {
  test.each(files)('%s', async (name) => {
    const protocol = await verificationBin(join(golden, 'verification', name));
    const records = await recordIo(join(golden, 'plain'));
    const images = [(await records.sample(0)).image, (await records.sample(1)).image];
    expect(protocol).toMatchObject({ name, official: false, folds: 3 });
    expect(protocol.pairs).toEqual([
      { first: 0, second: 1, same: false, fold: 0 },
      { first: 0, second: 0, same: true, fold: 1 },
      { first: 1, second: 0, same: false, fold: 2 },
    ]);
    expect(protocol.images).toHaveLength(2);
    for (const [place, image] of images.entries()) {
      expect(Buffer.from(await fileBytes(protocol.images[place]!)).equals(await fileBytes(image))).toBe(true);
    }
  });

  // Pickled by Python 3 and numpy 2, in protocol 4: what unpacks into two sequences is such a set.
  test.each([
    ['a list in the place of the tuple', 'gASVJQAAAAAAAABdlChdlChDBG9uZSGUQwR0d28hlEMBM5RDATSUZV2UKIiJZWUu'],
    [
      'an array of truth values',
      'gASVpgAAAAAAAABdlChDBG9uZSGUQwR0d28hlEMBM5RDATSUZYwVbnVtcHkuY29yZS5tdWx0aWFycmF5lIwMX3JlY29uc3RydWN0lJOUjAVudW1weZSMB25kYXJyYXmUk5RLAIWUQwFilIeUUpQoSwFLAoWUaAiMBWR0eXBllJOUjAJiMZSJiIeUUpQoSwOMAXyUTk5OSv////9K/////0sAdJRiiUMCAQCUdJRihpQu',
    ],
    [
      'an array of objects, and one of float64',
      'gASV8wAAAAAAAACMFW51bXB5LmNvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFycmF5lJOUSwCFlEMBYpSHlFKUKEsBSwSFlGgDjAVkdHlwZZSTlIwCTziUiYiHlFKUKEsDjAF8lE5OTkr/////Sv////9LP3SUYoldlChDBG9uZSGUQwR0d28hlEMBM5RDATSUZXSUYmgCaAVLAIWUaAeHlFKUKEsBSwKFlGgMjAJmOJSJiIeUUpQoSwOMATyUTk5OSv////9K/////0sAdJRiiUMQAAAAAAAA8D8AAAAAAAAAAJR0lGKGlC4=',
    ],
  ])('%s', async (name, pickle) => {
    const path = write(join(folder, `${name}.bin`), Buffer.from(pickle, 'base64'));
    const { images, pairs } = await verificationBin(path);
    expect(images).toHaveLength(4);
    expect(pairs.map(({ same }) => same)).toEqual([true, false]);
  });

  test('images stay in the file', async () => {
    const path = join(golden, 'verification', 'python3-numpy2-protocol4-arrays.bin');
    const { images } = await verificationBin(path);
    for (const image of images) expect(image).toMatchObject({ file: path, length: expect.any(Number) });
  });

  test('folds are as equal as they can be, larger ones first', () => {
    const counts = (count: number) => {
      const fold = contiguousFolds(count, 10);
      const found = new Array<number>(10).fill(0);
      for (let place = 0; place < count; place++) found[fold(place)]!++;
      return found;
    };
    expect(counts(6000)).toEqual(new Array(10).fill(600));
    expect(counts(23)).toEqual([3, 3, 3, 2, 2, 2, 2, 2, 2, 2]);
  });
});

describe('what is refused', () => {
  const run = Buffer.from('cposix\nsystem\n(U\x04echotR.', 'latin1');

  test('a pickle that would run something, by name', async () => {
    expect(await failure('run.bin', Buffer.concat([Buffer.from([0x80, 2]), run]))).toMatchObject({
      code: 'invalid-data',
      message: expect.stringContaining("'posix system'"),
      fields: { path: join(folder, 'run.bin'), offset: 2 },
    });
    const stackGlobal = Buffer.from('\x80\x04\x8c\x08builtins\x8c\x04eval\x93.', 'latin1');
    expect(await failure('run4.bin', stackGlobal)).toMatchObject({
      message: expect.stringContaining("'builtins eval'"),
      fields: { offset: 18 },
    });
  });

  test.each([
    ['\x80\x02}.', 'EMPTY_DICT', 2],
    ['\x80\x02i', 'INST', 2],
    ['\x80\x02\x81', 'NEWOBJ', 2],
    ['\x80\x02P', 'PERSID', 2],
    ['\x80\x05\x97', 'NEXT_BUFFER', 2],
    ['\x80\x02\xff', 'opcode 0xff', 2],
    ['(lp0', 'LIST', 1],
    ['\x80\x06]', 'got 6', 0],
    ['\x80\x02h\x07', 'place 7', 2],
    ['\x80\x02]\x86', 'got none', 3],
    ['\x80\x02B\xff\xff\xff\xff', '4294967295', 7],
    ['\x80\x02\x8e\xff\xff\xff\xff\xff\xff\xff\xff', 'at most 0 bytes', 11],
    ['\x80\x02].', '2N images', 0],
    ['\x80\x02]]\x86.', '0 images and 0 truth values', 0],
    ['\x80\x02](NNe](\x88e\x86.', 'as image 0', 0],
    ['\x80\x02](U\x01aU\x01be](Ne\x86.', 'truth value for pair 0', 0],
    ['\x80\x02](U\x01aU\x01b', 'the end of the file', 10],
  ])('%j', async (text, words, offset) => {
    expect(await failure('refused.bin', Buffer.from(text, 'latin1'))).toMatchObject({
      code: 'invalid-data',
      message: expect.stringContaining(words),
      fields: { offset },
    });
  });

  test('a list inside itself', async () => {
    // [memo 0 = list; append itself; two such lists in a tuple]
    const bytes = Buffer.from('\x80\x02]q\x00(h\x00h\x00eh\x00\x86.', 'latin1');
    expect(await failure('cycle.bin', bytes)).toMatchObject({ code: 'invalid-data' });
  });

  test('an array of another type or size', async () => {
    const bytes = readFileSync(join(golden, 'verification/python3-numpy2-protocol3-arrays.bin'));
    const type = Buffer.from(bytes);
    type.write('f8', type.indexOf('u1'), 'latin1');
    expect(await failure('type.bin', type)).toMatchObject({ message: expect.stringContaining('uint8') });
  });
});

describe('writeVerificationBin', () => {
  test('is read again: the same images, pairs and folds', async () => {
    const source = await verificationBin(join(golden, 'verification', files[0]!));
    const pairs = Array.from({ length: 25 }, (_, place) => ({
      first: place % 2,
      second: 1,
      same: place % 3 === 0,
      fold: contiguousFolds(25, 10)(place),
    }));
    const path = join(folder, 'written.bin');
    await writeVerificationBin(path, { ...source, pairs, folds: 10 });
    const read = await verificationBin(path);
    expect([read.pairs.map(({ same, fold }) => [same, fold]), read.folds]).toEqual([
      pairs.map(({ same, fold }) => [same, fold]),
      10,
    ]);
    for (const [place, { first, second }] of read.pairs.entries()) {
      for (const [mine, theirs] of [
        [first, pairs[place]!.first],
        [second, pairs[place]!.second],
      ] as const) {
        expect(await fileBytes(read.images[mine]!)).toEqual(await fileBytes(source.images[theirs]!));
      }
    }
  });

  test('refuses what the form cannot say', async () => {
    const source = await verificationBin(join(golden, 'verification', files[0]!));
    const path = join(folder, 'no.bin');
    await expect(writeVerificationBin(path, source)).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(writeVerificationBin(path, { ...source, templates: [[0], [1]] })).rejects.toThrow(
      'templates',
    );
  });
});
