import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPreprocessing, preprocessingToMetadata } from '@hm/datasets';
import { decodeEmbeddings } from '@hm/eval';
import { Graph } from '@hm/onnx/graph';
import { withMetadata } from '@hm/onnx/session';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hm, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();
const path = (...parts: string[]) => join(folder.path, ...parts);

/** The embedding is the mean colour: a person is a hue, and every picture a face. */
function meanColor(): Uint8Array {
  const graph = new Graph();
  graph.publish(graph.add('Flatten', [graph.add('GlobalAveragePool', ['input'])]), 'embedding');
  const model = graph.encode(
    [{ name: 'input', dtype: 'float32', shape: ['N', 3, 112, 112] }],
    [{ name: 'embedding', dtype: 'float32', shape: ['N', 3] }],
  );
  return withMetadata(model, preprocessingToMetadata({ ...defaultPreprocessing, mean: 0, scale: 1 }));
}

const people = (verb: string, ...more: string[]) => {
  const gallery = verb === 'group' ? [] : ['--gallery', path('people.gallery')];
  const network = ['list', 'forget', 'export'].includes(verb) ? [] : ['--model', path('m.onnx'), '--aligned'];
  return hm(['people', verb, ...more, ...gallery, ...network]);
};
const loosely = ['--threshold', '0.9', '--min-quality', '0'];

beforeAll(async () => {
  writeFileSync(path('m.onnx'), meanColor());
  for (const [name, background] of Object.entries({ ada: '#c01010', ada2: '#d02010', grace: '#10c010' }))
    await sharp({ create: { width: 112, height: 112, channels: 3, background } })
      .png()
      .toFile(path(`${name}.png`));
});
afterAll(folder.dispose);

describe('hm people', () => {
  it('adds, identifies, lists, exports and forgets', async () => {
    const added = await people('add', 'Ada', path('ada.png'), path('none.png'), ...loosely);
    expect(added.stdout).toMatch(/^Ada: 1 photograph\n {2}not .*none\.png: no photograph: no such file/);
    await people('add', 'Grace', path('grace.png'), ...loosely);
    const updated = await people('add', 'Ada', path('ada2.png'), '--update', '--json', ...loosely);
    expect(JSON.parse(updated.stdout)).toMatchObject({
      person: { name: 'Ada', photographs: 2 },
      refused: [],
    });

    const found = await people('identify', path('ada2.png'), '--threshold', '0.9', '--json');
    expect(JSON.parse(found.stdout).faces).toMatchObject([{ name: 'Ada', reason: null }]);
    const strict = await people('identify', path('ada2.png'), '--threshold', '1');
    expect(strict.stdout).toMatch(/0,0 to 111,111: unknown \(most like Ada, similarity 0\.99/);

    expect((await people('list')).stdout).toMatch(/^Ada {2}2 photographs, .*\nGrace {2}1 photograph, /);
    await people('export', path('people.jsonl'));
    const { ids } = await decodeEmbeddings(readFileSync(path('people.jsonl')));
    expect(ids).toEqual(['Ada', 'Grace']);
    expect((await people('forget', 'Ada')).stdout).toBe('Forgotten: Ada\n');
    expect(readFileSync(path('people.gallery')).includes('Ada')).toBe(false);
  }, 180_000);

  it('groups a folder', async () => {
    const { stdout } = await people('group', folder.path, '--threshold', '0.9', '--json');
    const names = (JSON.parse(stdout) as { photograph: string }[][]).map((faces) => faces.length);
    expect(names).toEqual([2, 1]);
  });

  it.each([
    ['the face is somebody else’s', ['add', 'Eve', 'grace.png'], /one that is Grace's .*--alike/],
    ['the name is taken', ['add', 'Grace', 'ada.png'], /Grace, who is.*--update/],
    ['the name is none', ['add', 'a/b', 'ada.png'], /without slashes/],
    ['nobody has the name', ['forget', 'Nobody'], /someone in .*people\.gallery, got Nobody.*hm people list/],
    ['the folder holds no folders', ['add', 'ada.png'], /a name and photographs/],
    ['the export has another format', ['export', 'people.csv'], /\.npy, \.parquet or \.jsonl/],
  ])('says what to do where %s', async (_, [verb, ...words], message) => {
    const given = words.map((word) => (existsSync(path(word)) ? path(word) : word));
    const { status, stderr } = await people(verb!, ...given, ...(verb === 'add' ? loosely : []));
    expect(status).toBe(1);
    expect(stderr.replaceAll('\n', ' ')).toMatch(message);
  });
});

describe('hm model', () => {
  it('writes once how a foreign network wants its images, and says whose license forbids what', async () => {
    const graph = new Graph();
    graph.publish(graph.add('Flatten', [graph.add('GlobalAveragePool', ['data'])]), 'fc1');
    const foreign = graph.encode(
      [{ name: 'data', dtype: 'float32', shape: ['N', 3, 112, 112] }],
      [{ name: 'fc1', dtype: 'float32', shape: ['N', 3] }],
    );
    writeFileSync(path('w600k.onnx'), foreign);
    const added = await hm(['model', 'add', path('w600k.onnx'), '--like', 'insightface']);
    expect(added.stdout).toMatch(/images of 112×112, 3 numbers a face\. Non-commercial research only/);
    const shown = JSON.parse((await hm(['model', 'show', path('w600k.onnx'), '--json'])).stdout);
    expect(JSON.parse(shown.metadata['hm.preprocessing'])).toMatchObject({ mean: 127.5, scale: 127.5 });
    const verdict = ['verify', path('ada.png'), path('ada2.png'), '--threshold', '0.5', '--aligned'];
    const { stderr } = await hm([...verdict, '--model', path('w600k.onnx')]);
    expect(stderr).toContain('Note: w600k.onnx: Non-commercial research only');
    const listed = await hm(['model', 'list']);
    expect(listed.stdout).toMatch(/^dlib: dlib_face_recognition.*\n {2}Public domain/);
    const dlib = (await hm(['model', 'show', 'dlib'])).stdout;
    expect(dlib).toMatch(/its people: Nobody was asked/);
    expect(dlib).toMatch(/flip sum: 99\.22 % ± 0\.08 %/);
    expect(dlib.match(/at a false match rate of 0\.(01|001|0001), flip off: similarity/g)).toHaveLength(3);
    expect((await hm(['model', 'describe', 'sface'])).stdout).toContain('Apache-2.0');
    const mobile = (await hm(['model', 'show', 'mobilefacenet'])).stdout;
    expect(mobile).toMatch(/flip sum: 99\.28 % ± 0\.10 %/);
    expect(mobile.match(/at a false match rate of 0\.(01|001|0001), flip sum: similarity/g)).toHaveLength(3);
    const unknown = await hm(['model', 'add', path('w600k.onnx'), '--like', 'w600k']);
    expect(unknown.stderr.replaceAll('\n', ' ')).toMatch(
      /one of insightface, adaface, sface, facenet, mobilefacenet/,
    );
    expect((await hm(['model', 'describe', 'facenet'])).stdout).toMatch(/160×160 rgb.*facenet-160x160/);
  }, 180_000);
});
