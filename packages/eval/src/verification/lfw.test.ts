import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultPreprocessing, type NamedImage, parsePairs, type VerificationProtocol } from '@hm/datasets';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { sharedData } from '../../../../tools/test-data.ts';
import { loadEmbedder } from '../embedder/embedder.ts';
import { areaUnderCurve } from '../metrics/area-under-curve.ts';
import { mean } from '../metrics/spread.ts';
import { pairDistances } from './pair-distances.ts';
import { verify } from './verify.ts';

const data = sharedData();
if (data === undefined) console.log('lfw.test.ts is skipped: no shared data (set HM_DATA)');

/** Without detecting landmarks: where LFW's faces lie on average, about the 112×112 template. */
const crop = async (path: string) => {
  const box = { left: 58, top: 50, width: 133, height: 133 };
  const pixels = await sharp(path).extract(box).resize(112, 112).toColorspace('srgb').raw().toBuffer();
  return { pixels: new Uint8Array(pixels), height: 112, width: 112 };
};

/** The first genuine and impostor pairs of two folds. */
async function handful(root: string): Promise<VerificationProtocol> {
  const list = parsePairs(await readFile(join(root, 'pairs.txt'), 'utf8'), 'pairs.txt');
  const wanted = [0, 1].flatMap((fold) =>
    [true, false].flatMap((same) =>
      list.pairs.filter((pair) => pair.fold === fold && pair.same === same).slice(0, 6),
    ),
  );
  const fileOf = ({ name, image }: NamedImage) => join(name, `${name}_${String(image).padStart(4, '0')}.jpg`);
  const ids = [...new Set(wanted.flatMap((pair) => [fileOf(pair.first), fileOf(pair.second)]))];
  return {
    name: 'a handful of LFW',
    images: await Promise.all(ids.map(async (id) => ({ ...(await crop(join(root, 'images', id))), id }))),
    pairs: wanted.map((pair) => ({
      first: ids.indexOf(fileOf(pair.first)),
      second: ids.indexOf(fileOf(pair.second)),
      same: pair.same,
      fold: pair.fold,
    })),
    folds: 2,
    official: false,
    notes: [],
  };
}

test.skipIf(data === undefined)('a real network, fixed to batch 1, tells people apart on LFW', async () => {
  const model = join(data!, 'models/mobilefacenet.onnx');
  await expect(loadEmbedder(model)).rejects.toThrow(/mobilefacenet\.onnx without it.*--size 112/);
  const embedder = await loadEmbedder(model, { preprocessing: defaultPreprocessing });
  const protocol = await handful(join(data!, 'lfw'));
  const embeddings = await embedder.embed(protocol.images, { flip: 'sum' });
  const distances = [...pairDistances(embeddings, protocol.pairs)];
  const same = protocol.pairs.map((pair) => pair.same);
  const kind = (genuine: boolean) => distances.filter((_, k) => same[k] === genuine);
  expect(embedder.embeddingSize).toBe(128);
  expect(mean(kind(true))).toBeLessThan(mean(kind(false)) - 0.5);
  const result = await verify(embedder, protocol, { flip: 'sum' });
  expect(result.auc).toBe(areaUnderCurve({ distances, same }));
  expect(result.auc).toBeGreaterThan(0.9);
  await embedder.release();
});
