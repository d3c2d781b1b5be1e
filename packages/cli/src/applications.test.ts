import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { defaultPreprocessing, preprocessingToMetadata } from '@hm/datasets';
import { decodeEmbeddings } from '@hm/eval';
import { Graph } from '@hm/onnx/graph';
import { withMetadata } from '@hm/onnx/session';
import { Rng } from '@hm/tensor/host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hm, temporaryFolder, typed, writeFaces, writePairs } from './testing.ts';

const folder = temporaryFolder();
const path = (...parts: string[]) => join(folder.path, ...parts);
const photograph = (person: number, image: number) => {
  const name = names[person]!;
  return path('faces', name, `${name}_000${image}.png`);
};

/** A random convolution, averaged in four places: enough to tell rendered people apart. */
function network(): Uint8Array {
  const rng = Rng.of('applications');
  const weight = Float32Array.from({ length: 16 * 3 * 49 }, () => rng.normal(0, 0.1));
  const graph = new Graph();
  const convolved = graph.add('Conv', ['input', graph.constant('float32', [16, 3, 7, 7], weight)]);
  const pool = { attributes: { kernel_shape: [13, 13], strides: [13, 13] } };
  const pooled = graph.add('AveragePool', [graph.add('Relu', [convolved])], pool);
  graph.publish(graph.add('Flatten', [pooled]), 'embedding');
  const model = graph.encode(
    [{ name: 'input', dtype: 'float32', shape: ['N', 3, 32, 32] }],
    [{ name: 'embedding', dtype: 'float32', shape: ['N', 64] }],
  );
  return withMetadata(model, preprocessingToMetadata({ ...defaultPreprocessing, height: 32, width: 32 }));
}

let names: string[];
beforeAll(async () => {
  names = await writeFaces(path('faces'), { identities: 4, images: 3, size: 32 });
  writePairs(path('pairs.txt'), names);
  writeFileSync(path('model.onnx'), network());
  writeFileSync(path('faces', 'broken.jpg'), 'no photograph');
});
afterAll(folder.dispose);

const model = (...more: string[]) => ['--model', path('model.onnx'), '--aligned', ...more];

describe('hm verify', () => {
  it('says by its exit status whether it is the same person', async () => {
    const same = await hm([
      'verify',
      photograph(0, 1),
      photograph(0, 1),
      ...model('--threshold', '0.9', '--json'),
    ]);
    expect(same.status).toBe(0);
    expect(JSON.parse(same.stdout)).toMatchObject({
      same: true,
      similarity: 1,
      threshold: 0.9,
      probability: null,
    });
    const others = [photograph(1, 1), photograph(0, 1)];
    const different = await hm(['verify', photograph(0, 1), ...others, ...model('--threshold', '0.99999')]);
    expect(different.status).toBe(2);
    expect(different.stdout).toMatch(/different people.*\n.*the same person/);
  });

  it('takes its threshold from a calibration, and says what it is worth', async () => {
    const options = [
      '--lfw',
      path('faces'),
      '--pairs',
      path('pairs.txt'),
      '--calibration',
      path('calibration.json'),
    ];
    const evaluated = await hm(['eval', path('model.onnx'), ...options, '--flip', 'sum']);
    expect(evaluated.status).toBe(0);
    const calibration = JSON.parse(readFileSync(path('calibration.json'), 'utf8'));
    expect(calibration).toMatchObject({
      model: 'model.onnx',
      flip: 'sum',
      genuine: 4,
      impostors: 4,
      thresholds: [],
    });
    calibration.thresholds = [{ far: 0.25, threshold: 0.1, impostors: 4 }];
    writeFileSync(path('calibration.json'), JSON.stringify(calibration));
    const verdict = [
      'verify',
      photograph(0, 1),
      photograph(0, 2),
      ...model('--json', '--calibration', path('calibration.json')),
    ];
    const { stdout } = await hm([...verdict, '--far', '0.25']);
    expect(JSON.parse(stdout).threshold).toBeCloseTo(0.9, 12);
    expect(JSON.parse(stdout).probability).toBeGreaterThan(0);
    const { status, stderr } = await hm([...verdict, '--far', '0.001']);
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('rates of the calibration: 0.25, got 0.001'),
    ]);
  });
});

describe('hm embed', () => {
  it.each(['npy', 'parquet', 'jsonl'])(
    'writes %s with ids, and names what it could not read',
    async (format) => {
      const out = path(`people.${format}`);
      const { status, stdout } = await hm(['embed', path('faces'), ...model('--out', out, '--json')]);
      expect(status).toBe(0);
      const { missing, ...rest } = JSON.parse(stdout);
      expect(rest).toEqual({ embedded: 12, dimensions: 64, several: [] });
      expect(missing).toEqual([{ path: 'broken.jpg', reason: expect.any(String) }]);
      const { ids, embeddings } = await decodeEmbeddings(readFileSync(out));
      expect([ids.length, ids[0], embeddings.shape]).toEqual([
        12,
        `${names[0]}/${names[0]}_0001.png`,
        [12, 64],
      ]);
    },
  );

  it('writes lines to standard output', async () => {
    const { stdout } = await hm(['embed', path('faces'), ...model('--format', 'jsonl')]);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).embedding.length),
    ).toEqual(Array(12).fill(64));
  });
});

describe('hm search', () => {
  it('finds a photograph in a folder and in a file', async () => {
    await hm(['embed', path('faces'), ...model('--out', path('gallery.npy'))]);
    for (const gallery of [path('faces'), path('gallery.npy')]) {
      const probes = [photograph(2, 1), photograph(3, 2)];
      const { status, stdout, stderr } = await hm([
        'search',
        gallery,
        ...probes,
        ...model('--top', '2', '--json'),
      ]);
      expect(status).toBe(0);
      const { found, gallery: size } = JSON.parse(stdout);
      expect([size, found.length, found[0].hits.length]).toEqual([12, 2, 2]);
      expect(found[0].hits[0]).toEqual({
        id: `${names[2]}/${names[2]}_0001.png`,
        similarity: expect.closeTo(1, 5),
      });
      expect(stderr.includes('Not in the gallery: broken.jpg')).toBe(gallery === path('faces'));
    }
  });
});

describe('hm quantize', () => {
  it('writes a smaller model that can be evaluated', async () => {
    for (const [precision, share] of [['int8', 0.8] as const, ['fp16', 0.8] as const]) {
      const out = path(`${precision}.onnx`);
      const options = [
        '--precision',
        precision,
        '--faces',
        path('faces', names[0]!),
        '--samples',
        '3',
        '--json',
      ];
      const { status, stdout } = await hm(['quantize', path('model.onnx'), out, ...options]);
      expect(status).toBe(0);
      const { bytes, before } = JSON.parse(stdout);
      expect(bytes).toBeLessThan(share * before);
      const scored = await hm(['eval', out, '--lfw', path('faces'), '--pairs', path('pairs.txt'), '--json']);
      expect(JSON.parse(scored.stdout)).toMatchObject({ pairs: 8, model: `${precision}.onnx` });
    }
  });
});

describe('hm eval', () => {
  it('scores a list with one fold by a threshold from elsewhere', async () => {
    const people = names.slice(0, 2);
    const [a, b] = people as [string, string];
    writeFileSync(path('train.txt'), `2\n${a}\t1\t2\n${b}\t1\t2\n${a}\t1\t${b}\t1\n${a}\t2\t${b}\t2\n`);
    writeFileSync(path('test.txt'), `1\n${a}\t2\t3\n${a}\t3\t${b}\t3\n`);
    const lists = ['--pairs', path('test.txt'), '--train-pairs', path('train.txt')];
    const { stdout, status } = await hm([
      'eval',
      path('model.onnx'),
      '--lfw',
      path('faces'),
      ...lists,
      '--json',
    ]);
    expect(status).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ pairs: 2, thresholdSearch: 'given', protocol: 'test.txt' });
    expect(result.notes[0]).toContain('chosen on the 4 pairs of train.txt');
    expect(result.scores).toBeUndefined();
  });

  it('scores any list of pairs, with every pair on request', async () => {
    const file = (person: number, image: number) => relative(folder.path, photograph(person, image));
    const rows = [0, 1].flatMap((fold) => [
      `${file(2 * fold, 1)},${file(2 * fold, 2)},1`,
      `${file(2 * fold, 1)},${file(2 * fold + 1, 2)},0`,
    ]);
    writeFileSync(path('list.csv'), `first,second,same\n${rows.join('\n')}\n`);
    const options = ['--protocol', path('list.csv'), '--threshold', 'best', '--json', '--scores'];
    const { stdout, stderr, status } = await hm(['eval', path('model.onnx'), ...options]);
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout).scores).toHaveLength(4);
  });
});

const mistakes: [string, () => string[], RegExp][] = [
  [
    'no threshold',
    () => ['verify', photograph(0, 1), photograph(0, 2), ...model()],
    /no calibration.*--threshold.*--calibration/,
  ],
  [
    'a photograph that is missing',
    () => ['verify', path('no.jpg'), photograph(0, 1), ...model('--threshold', '0.5')],
    /no\.jpg/,
  ],
  [
    'a calibration that is none',
    () => ['verify', photograph(0, 1), photograph(0, 2), ...model('--calibration', path('pairs.txt'))],
    /calibration of a model/,
  ],
  [
    'a gallery that is none',
    () => ['search', path('pairs.txt'), photograph(0, 1), ...model()],
    /pairs\.txt: expected ids with float32 embeddings/,
  ],
  [
    'quantising what is no model',
    () => ['quantize', path('pairs.txt'), path('o.onnx'), '--precision', 'fp16'],
    /an ONNX model/,
  ],
];

it.each(mistakes)('%s is an error that says what to do', async (_, options, message) => {
  const { status, stdout, stderr } = await typed(options());
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr.replaceAll('\n', ' ')).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
});

describe('hm data clean and overlap', () => {
  it('finds an image in another person’s folder, and writes a list of the others', async () => {
    await writeFaces(path('noisy'), { identities: 4, images: 6, size: 32 });
    const [first, second] = names as [string, string];
    renameSync(path('noisy', first, `${first}_0001.png`), path('noisy', second, 'moved.png'));
    const list = path('noisy', 'clean.csv');
    const found = await hm(['data', 'clean', path('noisy'), ...model('--out', list, '--json')]);
    expect(found).toMatchObject({ status: 0 });
    const { images, mislabeled } = JSON.parse(found.stdout);
    expect(images).toBe(24);
    // A random network confuses some more; this one it is surest of.
    expect(mislabeled[0]).toMatchObject({ id: join(second, 'moved.png'), label: second, nearest: first });
    const kept = readFileSync(list, 'utf8');
    for (const { id } of mislabeled) expect(kept).not.toContain(id);
    const checked = await hm(['data', 'info', list, '--json']);
    expect(JSON.parse(checked.stdout)).toMatchObject({ images: 24 - mislabeled.length });
  });

  it('finds who is in two sets under another name, and writes whom to leave out', async () => {
    const [first] = names as [string];
    cpSync(path('faces', first), path('test', 'Somebody'), { recursive: true });
    rmSync(path('noisy'), { recursive: true, force: true });
    await writeFaces(path('noisy'), { identities: 4, images: 6, size: 32 });
    const out = path('exclude.txt');
    const found = await hm(['data', 'overlap', path('noisy'), path('test'), ...model('--out', out)]);
    expect(found).toMatchObject({ status: 0 });
    expect(found.stdout).toContain(`${first} is Somebody (`);
    expect(readFileSync(out, 'utf8')).toBe(`${first}\n`);
  });
});
