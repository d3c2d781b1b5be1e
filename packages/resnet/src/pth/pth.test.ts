/// <reference types="node" />
import '@tensorflow/tfjs-backend-cpu';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  disposeParams,
  flattenParams,
  fromTensors,
  type HostTensor,
  Rng,
  toTensors,
  unflattenParams,
} from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { Backbone } from '../backbone.ts';
import { iresnet18, iresnet34 } from '../iresnet.ts';
import { mobileFaceNet } from '../mobile-face-net.ts';
import { mobileNetV4 } from '../mobile-net-v4.ts';
import { resnet18 } from '../resnet.ts';
import { expectGradients } from '../testing/expect-gradients.ts';
import { fromPth } from './from-pth.ts';
import { pthWeights } from './pth-weights.ts';
import { readStateDict } from './state-dict.ts';
import { toPth } from './to-pth.ts';
import type { NetworkWeights } from './weights.ts';

const golden = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../golden/${name}`, import.meta.url)));
const facts = JSON.parse(new TextDecoder().decode(golden('state-dicts.json'))) as Record<
  string,
  { embedding: number[]; shapes: Record<string, number[]> }
>;

/** The image of tools/golden/state_dicts.py, in NHWC. */
function image(): tf.Tensor4D {
  const values = Float32Array.from({ length: 3 * 32 * 32 }, (_, i) => {
    const value = 43758.5453 * Math.sin(12.9898 * i);
    return 2 * (value - Math.floor(value)) - 1;
  });
  return tf.transpose(tf.tensor4d(values, [1, 3, 32, 32]), [0, 2, 3, 1]);
}

function embed(backbone: Backbone): number[] {
  const variables = backbone.init(Rng.of(1));
  return [...backbone.apply(variables, image(), 'inference').embeddings.dataSync()];
}

function expectEqual(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  const largest = Math.max(...wanted.map(Math.abs));
  expect(found).toHaveLength(wanted.length);
  for (const [index, value] of wanted.entries())
    expect(Math.abs(found[index]! - value)).toBeLessThan(tolerance * largest);
}

const host = (variables: ReturnType<Backbone['init']>): NetworkWeights => {
  const { params, statistics } = variables;
  const weights = {
    params: fromTensors(flattenParams(params)),
    statistics: fromTensors(flattenParams(statistics)),
  };
  disposeParams(params);
  disposeParams(statistics);
  return weights as NetworkWeights;
};

/** Fresh weights, moved away from 0 and 1. */
function shaken(backbone: Backbone): NetworkWeights {
  const rng = Rng.of('pth');
  const moved = (values: Record<string, HostTensor<'float32'>>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        { ...value, data: value.data.map((x) => x + rng.uniform(0, 0.2)) },
      ]),
    );
  const { params, statistics } = host(backbone.init(Rng.of(1)));
  return { params: moved(params), statistics: moved(statistics) };
}

const SMALL = { imageSize: [32, 32] as const, embeddingSize: 8 };
const networks: [name: string, backbone: Backbone][] = [
  ['iresnet18', iresnet18({ ...SMALL, width: 2 })],
  ['adaface18', iresnet18({ ...SMALL, width: 2, shortcut: 'subsample' })],
  ['resnet18', resnet18({ ...SMALL, width: 2 })],
  ['mobilefacenet', mobileFaceNet(SMALL)],
];

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(networks.slice(0, 3))("PyTorch's %s", (name, like) => {
  it('is recognized, and embeds as in PyTorch', () => {
    const backbone = fromPth(golden(`${name}.pth`), { imageSize: [32, 32] });
    expect([backbone.name, backbone.config]).toEqual([like.name, like.config]);
    expectEqual(embed(backbone), facts[name]!.embedding, 1e-4);
  });

  it('gives its values to a backbone that was named', () => {
    const { params, statistics } = pthWeights(golden(`${name}.pth`), like);
    const own = host(like.init(Rng.of(1)));
    expect(Object.keys(params)).toEqual(Object.keys(own.params));
    expect(Object.keys(statistics)).toEqual(Object.keys(own.statistics));
  });
});

describe.each(networks)('a written %s', (name, backbone) => {
  it('has the names and shapes of the original', () => {
    const state = readStateDict(toPth(backbone, shaken(backbone)));
    const shapes = Object.fromEntries(state.names.map((each) => [each, state.shapeOf(each)]));
    expect(shapes).toEqual(facts[name]!.shapes);
  });

  it('is read again with the same values', () => {
    const weights = shaken(backbone);
    const found = pthWeights(toPth(backbone, weights), backbone);
    if (name !== 'adaface18') expect(found).toEqual(weights);
    expect(found.params['stem.filter']).toEqual(weights.params['stem.filter']);
  });
});

it("keeps AdaFace's embeddings, whose offset becomes part of the mean", () => {
  const [, backbone] = networks[1]!;
  const weights = shaken(backbone);
  const again = fromPth(toPth(backbone, weights));
  const original = { ...backbone, init: () => variablesOf(weights) };
  expectEqual(embed(again), embed(original), 1e-5);
});

const variablesOf = ({ params, statistics }: NetworkWeights) => ({
  params: unflattenParams(toTensors(params)),
  statistics: unflattenParams(toTensors(statistics)),
});

it('finds a state dict in a checkpoint, and names with something before them', () => {
  expectEqual(embed(fromPth(golden('checkpoint.pth'))), facts.adaface18!.embedding, 1e-4);
});

it('reads half precision', () => {
  const backbone = fromPth(golden('half.pth'), { imageSize: [32, 32] });
  expectEqual(embed(backbone), facts.resnet18!.embedding, 1e-2);
});

it('reads a view of a storage in the order of its axes', () => {
  const { shape, data } = readStateDict(golden('view.pth')).read('a.weight');
  expect([shape, [...data]]).toEqual([
    [2, 2],
    [1, 4, 2, 5],
  ]);
});

it('reads the archive as PyTorch 1.6 wrote it: in a folder "archive", without byte order', () => {
  const files = unzipSync(golden('resnet18.pth'));
  const old = Object.fromEntries(
    Object.entries(files)
      .filter(([name]) => /data\.pkl$|data\/\d+$|version$/.test(name))
      .map(([name, bytes]) => [name.replace(/^[^/]*/, 'archive'), bytes]),
  );
  const backbone = fromPth(zipSync(old, { level: 0 }), { imageSize: [32, 32] });
  expectEqual(embed(backbone), facts.resnet18!.embedding, 1e-4);
});

it('has a finite gradient for every parameter where a shortcut takes every second pixel', async () => {
  const backbone = iresnet18({ ...SMALL, width: 2, shortcut: 'subsample' });
  await expectGradients(backbone);
});

describe('refuses', () => {
  const pickleOnly = (text: string) =>
    zipSync({ 'a/data.pkl': Buffer.from(text, 'latin1'), 'a/version': strToU8('3\n') }, { level: 0 });
  const changed = (change: (files: Record<string, Uint8Array>) => void) => {
    const files = unzipSync(golden('resnet18.pth'));
    change(files);
    return zipSync(files, { level: 0 });
  };

  /** One bit of a file of the archive is another. */
  const flipped = (name: string) => {
    const bytes = golden('resnet18.pth');
    const content = unzipSync(bytes)[`resnet18/${name}`]!;
    bytes[Buffer.from(bytes).indexOf(content) + 20]! ^= 4;
    return bytes;
  };

  test.each<[string, () => Uint8Array, RegExp]>([
    [
      'a call of something else',
      () => pickleOnly('\x80\x02cposix\nsystem\nX\x02\0\0\0ls\x85R.'),
      /'posix system'.*Nothing in it was run/,
    ],
    [
      'a class',
      () => pickleOnly('\x80\x02ctorch.nn.modules.conv\nConv2d\n)\x81.'),
      /'torch.nn.modules.conv Conv2d'/,
    ],
    ['an object that is built without a call', () => pickleOnly('\x80\x02)\x81.'), /NEWOBJ/],
    ['what is no dictionary', () => pickleOnly('\x80\x02].'), /a state dict, got something else/],
    ['an empty dictionary', () => pickleOnly('\x80\x02}.'), /no tensors by name/],
    ['the form before PyTorch 1.6', () => golden('legacy.pth'), /the form before it\. Fix: Save it anew/],
    ['another file', () => new Uint8Array(100), /a file that torch\.save wrote/],
    ['a cut file', () => golden('resnet18.pth').subarray(0, 50_000), /a whole archive/],
    ['a bit that flipped in a weight', () => flipped('data/0'), /"resnet18\/data\/0" as its checksum says/],
    [
      'a bit that flipped in the pickle',
      () => flipped('data.pkl'),
      /"resnet18\/data\.pkl" as its checksum says/,
    ],
    ['a compressed archive', () => zipSync(unzipSync(golden('resnet18.pth'))), /without compression/],
    [
      'a program',
      () =>
        changed((files) => {
          files['resnet18/constants.pkl'] = new Uint8Array(1);
        }),
      /TorchScript/,
    ],
    [
      'big-endian numbers',
      () =>
        changed((files) => {
          files['resnet18/byteorder'] = strToU8('big');
        }),
      /little-endian/,
    ],
    [
      'a storage that is missing',
      () =>
        changed((files) => {
          delete files['resnet18/data/0'];
        }),
      /bytes of storage 0, got none/,
    ],
    [
      'a storage that is short',
      () =>
        changed((files) => {
          files['resnet18/data/0'] = new Uint8Array(4);
        }),
      /bytes of storage 0, got 4/,
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => fromPth(bytes(), { imageSize: [32, 32] })).toThrow(message);
  });

  it('a network that is not known, and names the nearest', () => {
    const files = unzipSync(golden('resnet18.pth'));
    const pickle = Buffer.from(files['resnet18/data.pkl']!);
    pickle.write('layer4.1.zonv2.weight', pickle.indexOf('layer4.1.conv2.weight'));
    const other = zipSync({ ...files, 'resnet18/data.pkl': pickle }, { level: 0 });
    expect(() => fromPth(other)).toThrow(
      /nearest to resnet18 of torchvision, but lacks 1 of its names \(layer4\.1\.conv2\.weight\) and has 1 others \(layer4\.1\.zonv2\.weight\)\. Fix: Export it to ONNX/,
    );
  });

  it('the weights of another network than the one named', () => {
    expect(() => pthWeights(golden('resnet18.pth'), iresnet34())).toThrow(
      /those of iresnet34, got those of resnet18 of torchvision/,
    );
  });

  it('embeddings of another size, and says which', () => {
    const other = resnet18({ imageSize: [32, 32], width: 2 });
    expect(() => pthWeights(golden('resnet18.pth'), other)).toThrow(
      /"fc\.weight" of \[512, 16\].*got \[8, 16\]\. Fix: .*`--embedding-size 8`/,
    );
  });

  it('a network without names in PyTorch', () => {
    const backbone = mobileNetV4(SMALL);
    expect(() => toPth(backbone, host(backbone.init(Rng.of(1))))).toThrow(/hm export/);
  });
});

const python = process.env.HM_PYTHON ?? 'python3';
const hasTorch = spawnSync(python, ['-c', 'import torch']).status === 0;

describe.skipIf(!hasTorch)('PyTorch itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hm-pth-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(networks)('loads a written %s, strictly, and embeds the same', (name, backbone) => {
    const weights = shaken(backbone);
    const path = join(folder, `${name}.pth`);
    writeFileSync(path, toPth(backbone, weights));
    const script = fileURLToPath(new URL('../../../../tools/golden/state_dicts.py', import.meta.url));
    const wanted = embed({ ...backbone, init: () => variablesOf(weights) });
    expectEqual(JSON.parse(execFileSync(python, [script, name, path], { encoding: 'utf8' })), wanted, 1e-3);
  });
});
