import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultPreprocessing, preprocessingToMetadata } from '@hm/datasets';
import { withMetadata } from '@hm/onnx/session';
import { resnet18 } from '@hm/resnet';
import { pthWeights } from '@hm/resnet/pth';
import { flattenParams } from '@hm/tensor';
import { expect, it, test } from 'vitest';
import { exportPth } from '../export/export-pth.ts';
import { resolveOptions } from '../options.ts';
import { paper } from '../recipe/recipe.ts';
import type { LoadedRun } from '../run-folder/load-run.ts';
import { tinyOptions } from '../testing/tiny-run.ts';
import { isNetworkFile } from './network-file.ts';
import { pretrainedBackbone } from './pretrained-backbone.ts';
import { readPretrained } from './read-pretrained.ts';

const golden = (name: string) => fileURLToPath(new URL(`../../../resnet/golden/${name}`, import.meta.url));
const pth = golden('resnet18.pth');
const small = resnet18({ width: 2, embeddingSize: 8, imageSize: [32, 32] });

test.each(['a.onnx', 'b.PTH', 'c/d.pt'])('%s is the file of a network', (path) => {
  expect(isNetworkFile(path)).toBe(true);
  expect(isNetworkFile(`${path}.safetensors`)).toBe(false);
});

it('makes the backbone of a .pth, whose run begins with its weights and is written as one again', async () => {
  const backbone = await pretrainedBackbone(pth, { imageSize: [32, 32] });
  expect(backbone.config).toEqual(small.config);
  const { params, statistics } = pthWeights(readFileSync(pth), small);
  const begun = await readPretrained(pth, backbone);
  expect([flattenParams(begun.params), flattenParams(begun.statistics)]).toEqual([params, statistics]);
  const prefixed = (branch: string, values: object) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [branch + name, value]));
  const run = {
    config: { recipe: paper, backbone: { name: backbone.name, config: backbone.config } },
    state: { ...prefixed('params.backbone.', params), ...prefixed('statistics.', statistics) },
  } as unknown as LoadedRun;
  expect(pthWeights(await exportPth(run), small)).toEqual({ params, statistics });
  await expect(exportPth(run, { weights: 'average' })).rejects.toThrow('averageDecay');
});

it('makes the backbone of an ONNX file, and refuses another as its weights', async () => {
  const path = golden('iresnet.onnx');
  const backbone = await pretrainedBackbone(path);
  expect(Object.keys((await readPretrained(path, backbone)).params).length).toBeGreaterThan(10);
  await expect(readPretrained(golden('depthwise.onnx'), backbone)).rejects.toThrow(
    'another ONNX file than the backbone was made of',
  );
});

it('tells how a file’s images are prepared, if the file says so', async () => {
  const bytes = readFileSync(golden('iresnet.onnx'));
  const [height, width] = (await pretrainedBackbone(golden('iresnet.onnx'))).imageSize;
  const preprocessing = { ...defaultPreprocessing, ...{ height, width }, mean: 0, scale: 255 };
  const path = join(mkdtempSync(join(tmpdir(), 'hm-file-')), 'face.onnx');
  writeFileSync(path, withMetadata(bytes, preprocessingToMetadata(preprocessing)));
  const backbone = await pretrainedBackbone(path);
  expect(backbone.preprocessing).toEqual(preprocessing);
  expect(resolveOptions({ ...tinyOptions('none'), backbone }).preprocessing).toEqual(preprocessing);
});

it('refuses the weights of another network', async () => {
  await expect(readPretrained(golden('iresnet18.pth'), small)).rejects.toThrow(
    'those of resnet18, got those of iresnet18',
  );
});
