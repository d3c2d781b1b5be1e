import { readFile } from 'node:fs/promises';
import '@tensorflow/tfjs-backend-cpu';
import { type HostTensor, hostTensor, hostZeros } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { eagerNetworks } from '../testing/eager-networks.ts';
import type { Networks } from './network-runner.ts';
import { readWeights } from './read-weights.ts';
import type { MtcnnWeights } from './weights.ts';

type Golden = Record<string, { shape: number[] } & Record<string, number[]>>;

let golden: Golden;
let weights: MtcnnWeights;
let networks: Networks;
beforeAll(async () => {
  await tf.setBackend('cpu');
  golden = JSON.parse(await readFile(new URL('../../golden/networks.json', import.meta.url), 'utf8'));
  weights = await readWeights();
  networks = eagerNetworks(weights);
});

const picture = (shape: readonly number[]): HostTensor<'float32'> => {
  const [batch = 0, height = 0, width = 0] = shape;
  const values: number[] = [];
  for (let b = 0; b < batch; b++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < 3; c++)
          values.push(127.5 + 127.5 * Math.sin(0.1 * b + 0.23 * x + 0.17 * y * (c + 1)));
  return hostTensor('float32', shape, Float32Array.from(values));
};

const noMask = ([, height, width]: readonly number[]) =>
  hostZeros('float32', [1, height! - 2, width! - 2, 1]);

const expectGolden = (outputs: Record<string, HostTensor>, wanted: Record<string, number[]>) => {
  for (const [name, values] of Object.entries(wanted)) {
    if (name === 'shape') continue;
    const got = Array.from(outputs[name]!.data as Float32Array);
    expect(got.length, name).toBe(values.length);
    const worst = Math.max(...got.map((value, index) => Math.abs(value - values[index]!)));
    expect(worst, name).toBeLessThan(2e-5);
  }
};

describe('networks', () => {
  it('P-Net agrees with an independent implementation, on an odd height', async () => {
    const { shape } = golden.pnet!;
    expectGolden(await networks.propose(picture(shape), noMask(shape)), golden.pnet!);
  });
  it('R-Net agrees with an independent implementation', async () => {
    expectGolden(await networks.refine(picture(golden.rnet!.shape)), golden.rnet!);
  });
  it('O-Net agrees with an independent implementation', async () => {
    expectGolden(await networks.output(picture(golden.onet!.shape)), golden.onet!);
  });
});
