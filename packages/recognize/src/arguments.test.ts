import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPreprocessing, preprocessingToMetadata } from '@hm/datasets';
import { withMetadata } from '@hm/onnx/session';
import { InvalidArgumentError } from '@hm/tensor/host';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gallery, groupFaces, openGallery, openRecognizer, type Recognizer } from './index.ts';
import { meanColor } from './testing.ts';

const model = withMetadata(meanColor(112), preprocessingToMetadata(defaultPreprocessing));
const gray = { pixels: new Uint8Array(112 * 112 * 3).fill(99), width: 112, height: 112 };

let folder: string;
let recognizer: Recognizer;
let people: Gallery;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-arguments-'));
  recognizer = await openRecognizer(model, { aligned: true });
  people = await openGallery(join(folder, 'people.gallery'), recognizer);
});
afterAll(async () => {
  await people.release();
  await recognizer.release();
  await rm(folder, { recursive: true });
});

/** As plain JavaScript calls it. */
const loosely = (task: () => unknown) => Promise.resolve().then(task as () => Promise<unknown>);

describe('what is not a photograph is refused with an InvalidArgumentError', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty path', ''],
    ['a number', 7],
    ['an object', {}],
    ['a list', ['a.jpg']],
    ['pixels of another size', { pixels: new Uint8Array(5), width: 2, height: 2 }],
    ['no pixels', { pixels: new Uint8Array(), width: 0, height: 0 }],
  ])('%s', async (_, wrong) => {
    const bad = wrong as string;
    const tasks = [
      () => recognizer.verify(bad, gray, { threshold: 0.5 }),
      () => recognizer.verify(gray, bad, { threshold: 0.5 }),
      () => recognizer.faces(bad),
      () => recognizer.embed([gray, bad]),
      () => recognizer.facesOf([bad]).next(),
      () => people.identify(bad, { threshold: 0.5 }),
      () => people.enroll('Ada', [bad], { threshold: 0.5 }),
      () => groupFaces(recognizer, [bad], { threshold: 0.5 }),
    ];
    for (const task of tasks) {
      const refusal = loosely(task);
      await expect(refusal).rejects.toBeInstanceOf(InvalidArgumentError);
      await expect(refusal).rejects.toThrow(/expected a photograph: a path/);
    }
  });
});

test.each([
  ['openRecognizer({ flip })', () => openRecognizer({ flip: 'sum' } as never), /Options come second/],
  ['openRecognizer(path, null)', () => openRecognizer('a.onnx', null as never), /an object of options/],
  ['openRecognizer(null)', () => openRecognizer(null as never), /got null/],
  ['an unknown option', () => openRecognizer(model, { flp: 'sum' } as never), /Write `flip`/],
  ['verify()', () => (recognizer as never as { verify(): unknown }).verify(), /a photograph/],
  ['embed()', () => recognizer.embed(undefined as never), /a list of photographs/],
  ['embed(path)', () => recognizer.embed('a.jpg' as never), /a list of photographs/],
  ['verify with another prior', () => recognizer.verify(gray, gray, { threshold: 0, prior: 2 }), /a prior/],
  ['verify with NaN', () => recognizer.verify(gray, gray, { threshold: Number.NaN }), /cosine similarity/],
  ['enroll(name)', () => people.enroll('Ada', undefined as never), /a list of photographs/],
  ['enroll()', () => people.enroll(undefined as never, [gray]), /a name of 1 to 200/],
  ['enroll with a quality of 7', () => people.enroll('Ada', [gray], { minQuality: 7 }), /minQuality/],
  ['identify with a margin below 0', () => people.identify(gray, { margin: -1 }), /a margin/],
  ['openGallery()', () => openGallery(undefined as never, recognizer), /the path of a file/],
  ['openGallery(path)', () => openGallery('people.gallery', undefined as never), /no recognizer/],
])('%s', async (_, task, message) => {
  const refusal = loosely(task);
  await expect(refusal).rejects.toBeInstanceOf(InvalidArgumentError);
  await expect(refusal).rejects.toThrow(message);
});
