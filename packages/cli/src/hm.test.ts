import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { lossNames } from '@hm/losses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hm, temporaryFolder, typed, writeFaces } from './testing.ts';

const folder = temporaryFolder();
const path = (...parts: string[]) => join(folder.path, ...parts);
beforeAll(async () => {
  await writeFaces(path('faces'), { identities: 2, images: 4, size: 32 });
  await writeFaces(path('one'), { identities: 1, images: 4, size: 32 });
  mkdirSync(path('empty'));
  for (const name of ['text.onnx', 'lfw.zip']) writeFileSync(path(name), 'text');
});
afterAll(folder.dispose);

const commands =
  'data align train export eval report study reproduce quantize verify embed search doctor'.split(' ');

describe('help', () => {
  it('lists every command', async () => {
    const { status, stdout } = await hm(['--help']);
    expect(status).toBe(0);
    for (const name of commands) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });

  it.each(commands)('of %s says how to call it', async (name) => {
    const { status, stdout, stderr } = await typed([name, '--help']);
    expect(status).toBe(0);
    expect(stdout).toContain(`Usage: hm ${name}`);
    expect(stderr).toBe('');
  });

  it('of train names the losses that there are', async () => {
    const { stdout } = await typed(['train', '--help']);
    const text = stdout.replaceAll(/\s+/g, ' ');
    for (const name of lossNames) expect(text).toContain(name);
    expect(text).toContain('hm- before a name adds hard mining');
  });

  it('is printed and an error without a command', async () => {
    const { status, stderr } = await hm([]);
    expect(status).toBe(1);
    expect(stderr).toContain('Usage: hm');
  });

  it("--version prints the package's", async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect((await hm(['--version'])).stdout).toBe(`${version}\n`);
  });
});

const training = (...options: string[]) => ['train', '--loss', 'ce', '--out', path('run'), ...options];
const evaluation = (...options: string[]) => ['eval', path('no.onnx'), '--lfw', path('faces'), ...options];

/** What is typed, and what stderr must say. */
const mistakes: [string, () => string[], RegExp][] = [
  ['an unknown command', () => ['trian'], /unknown command 'trian'\s+\(Did you mean train\?\)/],
  [
    'an unknown option',
    () => training('--epoch', '3'),
    /unknown option '--epoch'\s+\(Did you mean --epochs\?\)/,
  ],
  [
    'an unknown option, though one that must be there is missing',
    () => ['verify', 'a.jpg', 'b.jpg', '--modle', 'face.onnx', '--threshold', '0.5'],
    /unknown option '--modle'\s+\(Did you mean --model\?\)/,
  ],
  [
    'what others call a batch',
    () => training('--batch-size', '3'),
    /'--batch-size'\s+\(Did you mean --batch\?\)/,
  ],
  [
    'what others call a rate',
    () => training('--learning-rate=3'),
    /'--learning-rate'\s+\(Did you mean --lr\?\)/,
  ],
  ['a choice that is misspelt', () => training('--provider', 'webgpo'), /\(Did you mean webgpu\?\)/],
  ['a data set that cannot be fetched', () => ['data', 'fetch', 'casia'], /hm data fetch --help lists/],
  [
    'a run that is there already',
    () => {
      mkdirSync(path('there'), { recursive: true });
      writeFileSync(path('there/run.json'), '{}');
      return [...training('--data', path('faces'), '--batch', '4'), '--out', path('there')];
    },
    /Fix: .*/,
  ],
  [
    'an average beyond its range',
    () => training('--data', path('faces'), '--batch', '4', '--set', 'averageDecay=2'),
    /argument 'averageDecay=2' is invalid\. Expected a number from 0 to below 1/,
  ],
  [
    'a best checkpoint where none is',
    () => ['export', path('faces'), '--best'],
    /validated.*got none\. Fix: .*leave out --best/,
  ],
  [
    'too few people to be judged by',
    () => ['study', '--held-out', '10', '--out', path('report')],
    /--held-out: expected at least 20.*Fix: Pass --held-out 20 or more/,
  ],
  [
    'an LFW that is not there',
    () => ['eval', path('text.onnx'), '--lfw', path('nowhere')],
    /nowhere: .*no such folder/,
  ],
  [
    'an LFW that is packed',
    () => ['eval', path('text.onnx'), '--lfw', path('lfw.zip')],
    /archive \(\.zip\)\. Fix: Unpack/,
  ],
  [
    'a photograph that is not there',
    () => ['verify', path('none.jpg'), path('text.onnx'), '--model', path('text.onnx'), '--threshold', '0.5'],
    /none\.jpg: expected a photograph, got no such file\. Fix: Check the path\./,
  ],
  [
    'a folder for a photograph',
    () => ['verify', path('faces'), path('text.onnx'), '--model', path('text.onnx'), '--threshold', '0.5'],
    /faces: expected a photograph, got a folder\./,
  ],
  [
    'an address for a photograph',
    () => ['search', path('faces'), 'https://a.b/c.jpg', '--model', path('text.onnx')],
    /got an address\. Fix: Download it/,
  ],
  [
    'a threshold and a calibration',
    () => ['verify', 'a', 'b', '--model', 'm', '--threshold', '0.5', '--calibration', 'c.json'],
    /either --threshold or --calibration, got both\. Fix: Leave out one/,
  ],
  [
    'a form that no report has',
    () => ['report', path('text.onnx'), '--out', path('report.pdf')],
    /--out: expected a name that ends in \.md, \.html, \.htm, got .*report\.pdf/,
  ],
  [
    'a table of embeddings in another form',
    () => ['embed', path('faces'), '--model', path('text.onnx'), '--out', path('x.csv')],
    /ends in \.npy, \.parquet, \.jsonl, got/,
  ],
  [
    'a model that is none',
    () => ['embed', path('faces'), '--model', path('text.onnx'), '--out', path('x.npy')],
    /text\.onnx: expected an ONNX model/,
  ],
  [
    'a folder as a file to write',
    () => ['embed', path('faces'), '--model', path('text.onnx'), '--out', `${path('x.npy')}/`],
    /expected the name of a file to write, got .*x\.npy\/, a folder/,
  ],
  [
    'an output where a file is in the way',
    () => ['embed', path('faces'), '--model', path('text.onnx'), '--out', path('text.onnx', 'x.npy')],
    /x\.npy|text\.onnx/,
  ],
  ['too many arguments', () => ['export', 'a', 'b'], /too many arguments/],
  ['a missing argument', () => ['align', path('faces')], /missing required argument 'out'/],
  ['no loss', () => ['train', '--out', path('run')], /either --loss NAME or --from RUN/],
  [
    'a run to repeat that is none',
    () => ['train', '--from', path('faces'), '--out', path('run')],
    /a run that hm train began/,
  ],
  [
    'an option of another schedule',
    () => training('--set', 'schedule.kind=cosine', '--set', 'schedule.power=2'),
    /--set schedule": expected members among .*got power/,
  ],
  [
    'momentum of AdamW',
    () => training('--set', 'optimizer.kind=adamw', '--set', 'optimizer.momentum=0.9'),
    /--set optimizer": expected members among .*got momentum/,
  ],
  [
    'look-alikes of another sampler',
    () => training('--set', 'sampler.kind=pairs', '--set', 'sampler.neighbors=3'),
    /--set sampler": expected members among .*got neighbors/,
  ],
  [
    'decay of an unknown group',
    () => training('--set', 'weightDecay.gammas=0'),
    /Expected a name among weightDecay\.weights/,
  ],
  ['a learning rate of NaN', () => training('--lr', 'NaN'), /--lr <number>' argument 'NaN' is invalid/],
  ['an empty number', () => training('--lr', ''), /argument '' is invalid/],
  ['half an epoch', () => training('--epochs', '0.5'), /Expected a whole number of at least 1/],
  ['a negative batch', () => training('--batch', '-8'), /Expected a whole number from 1 to 65536/],
  ['loss options that are no JSON', () => training('--set', 'loss={scale:32}'), /Expected a JSON object/],
  ['a size that is none', () => training('--image-size', 'big'), /Expected a size such as 112/],
  ['an unknown stem', () => training('--set', 'backbone.stem=vgg'), /Allowed choices are imagenet, face/],
  [
    'an unknown loss',
    () => ['train', '--loss', 'arcfase', '--out', path('run'), '--data', path('faces')],
    /hm train: expected the name of a loss, got arcfase\. Fix: Write arcface\./,
  ],
  [
    'an option of another loss',
    () => [
      'train',
      '--loss',
      'arcface',
      '--set',
      'loss.margin=0.3',
      '--out',
      path('run'),
      '--data',
      path('faces'),
    ],
    /options among .*marginRadians.*got margin/,
  ],
  [
    'neither photographs nor rendered faces',
    () => training(),
    /either --data FOLDER or --synthetic.*got neither/,
  ],
  ['photographs and rendered faces', () => training('--data', path('faces'), '--synthetic', '3'), /got both/],
  ['a folder that does not exist', () => training('--data', path('nowhere')), /nowhere.*no such path/],
  ['a folder without identities', () => training('--data', path('empty')), /a folder for each identity/],
  ['one identity only', () => training('--data', path('one')), /two identities|at least 2 identities/],
  [
    'fewer images than a batch',
    () => training('--data', path('faces')),
    /at least one batch of 64 images, got 8/,
  ],
  [
    'a misspelt identity to leave out',
    () => {
      writeFileSync(path('exclude.txt'), 'person-000000\nperson-00001\n');
      return training('--data', path('faces'), '--exclude', path('exclude.txt'));
    },
    /names of identities.*got person-00001\b/,
  ],
  [
    'a list that does not exist',
    () => training('--data', path('faces'), '--exclude', path('no.txt')),
    /no\.txt/,
  ],
  [
    'a provider that is not there',
    () =>
      training(
        '--synthetic',
        '2',
        '--set',
        'synthetic.imagesPerIdentity=4',
        '--image-size',
        '32',
        '--batch',
        '8',
        '--provider',
        process.platform === 'darwin' ? 'dml' : 'coreml',
      ),
    /providers of the installed onnxruntime-node/,
  ],
  ['a run that does not exist', () => ['export', path('nowhere')], /the folder of a run, got no such folder/],
  ['photographs to align that do not exist', () => ['align', path('nowhere'), path('out')], /nowhere/],
  [
    'aligning a folder into itself',
    () => ['align', path('faces'), path('faces')],
    /output folder other than the input/,
  ],
  ['a model that does not exist', () => evaluation('--pairs', path('pairs.txt')), /pairs\.txt|no\.onnx/],
  ['no model and no list of pairs', () => evaluation(), /expected a model, got no such file/],
  [
    'a part of a preprocessing',
    () => evaluation('--size', '112', '--mean', '127.5'),
    /together.*got no --scale, --channels/,
  ],
  [
    'a threshold beside pairs that choose it',
    () => evaluation('--train-pairs', path('pairs.txt'), '--threshold', '1.2'),
    /--train-pairs without --threshold, got both/,
  ],
  [
    'pairs that choose the threshold, and embeddings to center',
    () => evaluation('--train-pairs', path('pairs.txt'), '--center'),
    /--train-pairs without --center, got both/,
  ],
  [
    'an unknown way to use the mirrored image',
    () => evaluation('--flip', 'add'),
    /Allowed choices are off, sum, concat/,
  ],
  [
    'the cost of a study without a plan',
    () => ['study', '--dry-run', '--out', path('report')],
    /--dry-run: expected a plan.*hm study plan\.json --dry-run/,
  ],
  [
    'a study of photographs without LFW',
    () => ['study', '--data', path('faces'), '--out', path('report')],
    /--data and --lfw together/,
  ],
  [
    'a study of an unknown loss',
    () => [
      'study',
      '--losses',
      'ce,foo',
      '--identities',
      '2',
      '--held-out',
      '20',
      '--images-per-held-out',
      '4',
      '--pairs-per-fold',
      '8',
      '--image-size',
      '16',
      '--out',
      path('report'),
    ],
    /the name of a loss, got foo\. Fix: Write one of ce, soft-margin-softmax/,
  ],
];

describe('bad input', () => {
  it.each(mistakes)('%s is an error on stderr, without a stack', async (_, options, message) => {
    const { status, stdout, stderr } = await typed(options());
    expect(status).toBe(1);
    expect(stderr.replaceAll('\n', ' ')).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
    // One fix, in words that can be typed.
    expect(stderr.split('Fix: ').length).toBeLessThan(3);
    const fix = (stderr.split('Fix: ')[1] ?? '').replaceAll(/--set [\w.=]+/g, '');
    expect(fix).not.toMatch(/(?!macOS)\b\w*[a-z][A-Z](?!\S*\/)|: true/);
    expect(stdout).toBe('');
  });

  it('the built command says the same', async () => {
    for (const words of [training('--epoch', '3'), ['export', path('nowhere')]])
      expect(await hm(words)).toEqual(await typed(words));
  });

  it('--verbose shows where an error comes from', async () => {
    const { status, stderr } = await hm(['export', path('nowhere'), '--verbose']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^\s+at assertFolder /m);
  });
});

describe('hm doctor', () => {
  it('--json prints one object with a verdict and a cure for each engine', async () => {
    const { status, stdout, stderr } = await hm(['doctor', '--json']);
    expect([status, stderr]).toEqual([0, '']);
    const { node, memory, threads, tfjs, vulkan, engines, healthy } = JSON.parse(stdout);
    const { platform, arch: architecture } = process;
    expect(node).toEqual({ version: process.versions.node, supported: true, platform, architecture });
    expect(memory.totalGibibytes).toBeCloseTo(totalmem() / 2 ** 30, 0);
    expect(memory.allowedGibibytes).toBeLessThanOrEqual(memory.totalGibibytes);
    expect(threads).toEqual({ processors: cpus().length, usable: availableParallelism() });
    expect(tfjs).toEqual({ version: '4.22.0', copies: [expect.stringMatching(/tfjs-core.dist.tf-core/)] });
    expect(vulkan === null).toBe(platform !== 'linux');
    expect(healthy).toBe(true);
    const byName = Object.fromEntries(engines.map((engine: { name: string }) => [engine.name, engine]));
    expect(byName['onnx cpu']).toMatchObject({ usable: true, fix: '' });
    expect(byName['@tensorflow/tfjs-backend-cpu']).toMatchObject({ usable: true, version: '4.22.0' });
    for (const { usable, reason, fix } of engines) {
      expect(reason).not.toBe('');
      expect(fix === '').toBe(usable);
    }
  });

  it('prints the same for people', async () => {
    const { stdout } = await hm(['doctor']);
    expect(stdout).toContain(process.versions.node);
    expect(stdout).toMatch(/^onnx cpu +usable/m);
    expect(stdout).toContain('Ready to train and evaluate.');
  });
});
