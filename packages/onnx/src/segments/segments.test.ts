import '@tensorflow/tfjs-backend-cpu';
import { acrossRanks, allReduce, batchNormTrain, type HostTensor, hostTensor, hostZeros } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compile, type StepFunction } from '../compile.ts';
import type { Program } from '../program/program.ts';
import { floats } from '../testing/inputs.ts';
import { ranksInOneProcess } from '../testing/ranks-in-one-process.ts';
import { trace } from '../trace/trace.ts';
import { TraceError } from '../trace/trace-error.ts';

type HostTensors = Record<string, HostTensor>;

const BATCH = 8;
const names = ['stem', 'block', 'dense', 'gamma', 'beta'];
const state: HostTensors = {
  stem: floats([3, 3, 3, 16], -0.5, 0.5),
  block: floats([3, 3, 16, 32], -0.2, 0.2),
  dense: floats([32, 4], -0.5, 0.5),
  gamma: floats([16], 0.5, 1.5),
  beta: floats([16], -0.5, 0.5),
};

/** Two convolutions, one in ONNX Runtime's blocks, a batch normalisation between them, and gradient descent. */
const step =
  (ranks: { count: number; batchNorm: 'local' | 'synchronized' } | undefined): StepFunction =>
  (before, { images, targets }) =>
    acrossRanks(ranks, () => {
      let statistics: tf.Tensor;
      const loss = (...values: tf.Tensor[]) => {
        const [stem, block, dense, gamma, beta] = values as [tf.Tensor4D, ...tf.Tensor[]];
        const first = tf.conv2d(images as tf.Tensor4D, stem, 1, 'same');
        const { output, mean } = batchNormTrain(first, gamma as tf.Tensor1D, beta as tf.Tensor1D);
        statistics = tf.keep(mean);
        const second = tf.relu(tf.conv2d(tf.relu(output), block as tf.Tensor4D, 2, 'same'));
        const error = tf.sub(tf.matMul(tf.mean(second, [1, 2]), dense as tf.Tensor2D), targets!);
        return tf.mul(tf.mean(tf.square(error)), 1 / (ranks?.count ?? 1)) as tf.Scalar;
      };
      const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => before[name]!));
      const next = names.map((name, i) => [name, tf.sub(before[name]!, tf.mul(allReduce(grads[i]!), 0.1))]);
      return {
        state: Object.fromEntries(next),
        outputs: { loss: allReduce(value), own: value, statistics: statistics! },
      };
    });

const part = ({ shape, data }: HostTensor, index: number, count: number): HostTensor =>
  hostTensor(
    'float32',
    [shape[0]! / count, ...shape.slice(1)],
    (data as Float32Array).slice((index * data.length) / count, ((index + 1) * data.length) / count),
  );

const batch: HostTensors = { images: floats([BATCH, 10, 10, 3], -1, 1), targets: floats([BATCH, 4], -1, 1) };
const specs = (count: number) => ({
  images: { shape: [BATCH / count, 10, 10, 3] },
  targets: { shape: [BATCH / count, 4] },
});

async function programsOf(count: number, batchNorm: 'local' | 'synchronized'): Promise<Program[]> {
  const sums = ranksInOneProcess(count);
  const ranks = { count, batchNorm };
  return Promise.all(
    sums.map((sumOverRanks) => compile(step(ranks), { state, inputs: specs(count), sumOverRanks })),
  );
}

const runAll = (programs: Program[]) =>
  Promise.all(
    programs.map((program, rank) =>
      program.run({
        images: part(batch.images!, rank, programs.length),
        targets: part(batch.targets!, rank, programs.length),
      }),
    ),
  );

const distance = (a: HostTensor, b: HostTensor) =>
  Math.max(...Array.from(a.data as Float32Array, (value, i) => Math.abs(value - Number(b.data[i]))));

const release = (programs: Program[]) => Promise.all(programs.map((program) => program.release()));

describe('a step that reaches over ranks', () => {
  it.each([2, 4])('on %i of them with synchronised statistics is that of the whole batch', async (count) => {
    const alone = await compile(step(undefined), { state, inputs: specs(1) });
    const programs = await programsOf(count, 'synchronized');
    for (let n = 0; n < 5; n++) {
      const whole = await alone.run(batch);
      for (const outputs of await runAll(programs)) {
        expect(distance(outputs.loss!, whole.loss!)).toBeLessThan(1e-6);
        expect(distance(outputs.statistics!, whole.statistics!)).toBeLessThan(1e-6);
      }
    }
    const [wanted, ...found] = await Promise.all([alone, ...programs].map((program) => program.readState()));
    for (const own of found)
      for (const name of names) expect(distance(own[name]!, wanted![name]!), name).toBeLessThan(1e-5);
    // Adding more steps moved every parameter by far more than that.
    for (const name of names) expect(distance(wanted![name]!, state[name]!)).toBeGreaterThan(1e-3);
    await release([alone, ...programs]);
  });

  it('with local statistics holds the same weights everywhere, and its own loss beside the sum', async () => {
    const programs = await programsOf(2, 'local');
    for (let n = 0; n < 3; n++) {
      const [a, b] = (await runAll(programs)) as [HostTensors, HostTensors];
      expect(a.loss).toEqual(b.loss);
      expect(Number(a.own!.data[0]) + Number(b.own!.data[0])).toBeCloseTo(Number(a.loss!.data[0]), 6);
      expect(distance(a.statistics!, b.statistics!)).toBeGreaterThan(1e-3);
    }
    const [a, b] = await Promise.all(programs.map((program) => program.readState()));
    expect(a).toEqual(b);
    await release(programs);
  });

  it('may hand back a sum as state and as an output, sum a sum, an input and a constant, and use what it summed', async () => {
    const chain: StepFunction = ({ s }, { x }) =>
      acrossRanks({ count: 2, batchNorm: 'local' }, () => {
        const sum = allReduce(tf.mul(x!, 2));
        const own = tf.square(x!);
        return {
          state: { s: allReduce(x!) },
          outputs: {
            sum,
            twice: allReduce(sum),
            ones: allReduce(tf.ones([2])),
            both: tf.add(allReduce(own), own),
            s0: s!,
          },
        };
      });
    const programs = await Promise.all(
      ranksInOneProcess(2).map((sumOverRanks) =>
        compile(chain, {
          state: { s: hostZeros('float32', [2]) },
          inputs: { x: { shape: [2] } },
          sumOverRanks,
        }),
      ),
    );
    const run = (...values: number[]) =>
      Promise.all(
        programs.map((program, rank) =>
          program.run({ x: hostTensor('float32', [2], Float32Array.of(values[rank]!, 1)) }),
        ),
      );
    const [first] = await run(1, 10);
    const [second, other] = await run(2, 20);
    const read = (outputs: HostTensors | undefined) =>
      Object.fromEntries(
        Object.entries(outputs!).map(([name, { data }]) => [name, [...(data as Float32Array)]]),
      );
    expect(read(first)).toEqual({ sum: [22, 4], twice: [44, 8], ones: [2, 2], both: [102, 3], s0: [0, 0] });
    expect(read(second)).toEqual({ sum: [44, 4], twice: [88, 8], ones: [2, 2], both: [408, 3], s0: [11, 2] });
    expect(read(other).both).toEqual([804, 3]);
    expect((await programs[1]!.readState()).s!.data).toEqual(Float32Array.of(22, 2));
    await release(programs);
  });
});

describe('what is refused', () => {
  const sum = ({ x }: Record<string, tf.Tensor>) =>
    acrossRanks({ count: 2, batchNorm: 'local' }, () => ({ y: allReduce(x!) }));

  it('a file with a sum over ranks in it', () => {
    expect(() => trace(sum, { x: { shape: [2] } })).toThrow(TraceError);
  });

  it('a step that reaches over ranks where there is nothing to reach them with', async () => {
    const inputs = { x: { shape: [2] } };
    const alone = compile((_, { x }) => ({ state: {}, outputs: sum({ x: x! }) }), { state: {}, inputs });
    await expect(alone).rejects.toThrow(/sumOverRanks/);
  });

  it('a sum of integers', () => {
    const ofIntegers = ({ x }: Record<string, tf.Tensor>) => sum({ x: tf.cast(x!, 'int32') });
    expect(() => trace(ofIntegers, { x: { shape: [2] } })).toThrow(/float32/);
  });
});
