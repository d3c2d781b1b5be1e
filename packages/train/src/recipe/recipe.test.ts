import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { headByName } from '@hm/losses';
import { compile } from '@hm/onnx';
import { createSession } from '@hm/onnx/session';
import { resnet18 } from '@hm/resnet';
import { type HostTensor, hostTensor, InvalidArgumentError, InvalidDataError, Rng } from '@hm/tensor';
import { expect, test } from 'vitest';
import { exportRun } from '../export/export-run.ts';
import { initialState } from '../initial-state.ts';
import type { TrainOptions } from '../options.ts';
import { loadRun } from '../run-folder/load-run.ts';
import { trainingStep } from '../step/training-step.ts';
import { tinyBackbone } from '../testing/tiny-backbone.mjs';
import {
  differing,
  eventsOf,
  ofKind,
  temporaryFolder,
  tinyOptions,
  tinyRecipe,
} from '../testing/tiny-run.ts';
import type { Recipe } from './recipe.ts';

const changed = (changes: Partial<Recipe>): Partial<TrainOptions> => ({
  recipe: { ...tinyRecipe, ...changes },
});
const stopped = { signal: AbortSignal.abort() };
const names = (state: Record<string, HostTensor>, prefix: string) =>
  Object.keys(state).filter((name) => name.startsWith(prefix));

const backboneNames = (state: Record<string, HostTensor>) => [
  ...names(state, 'params.backbone.'),
  ...names(state, 'statistics.'),
];

/** Stops after a step and goes on, beside a run that does not stop. */
async function stopAndResume(changes: Partial<TrainOptions>) {
  const [straight, halted] = [await temporaryFolder(), await temporaryFolder()];
  await eventsOf(tinyOptions(straight, changes));
  const controller = new AbortController();
  await eventsOf(
    tinyOptions(halted, { ...changes, logEvery: 1, signal: controller.signal }),
    ({ kind, ...event }) => {
      if (kind === 'step' && 'step' in event && event.step === 3) controller.abort();
    },
  );
  await eventsOf(tinyOptions(halted, { ...changes, resume: true }));
  return [await loadRun(straight), await loadRun(halted)] as const;
}

const everything: Partial<Recipe> = {
  optimizer: { kind: 'adamw' },
  learningRate: 0.002,
  weightDecay: { weights: 0.1, norms: 0, biases: 0 },
  averageDecay: 0.9,
  accumulate: 3,
  clipNorm: 1,
  freeze: ['backbone.stem.*'],
  schedule: { kind: 'one-cycle' },
};

test('AdamW, averages, accumulation and frozen parameters: stopped and resumed, the same bits', async () => {
  const [a, b] = await stopAndResume(changed(everything));
  expect(b.state).toEqual(a.state);
  expect(names(a.state, 'gradientSum.')).toEqual([]);
  expect(names(a.state, 'firstMoment.')).toEqual([
    'firstMoment.backbone.norm.gamma',
    'firstMoment.backbone.norm.beta',
    'firstMoment.backbone.dense.kernel',
    'firstMoment.head.weight',
  ]);
});

test('AdamW learns a small set', async () => {
  const out = await temporaryFolder();
  const recipe = { optimizer: { kind: 'adamw' }, learningRate: 0.01, epochs: 25 } as const;
  const epochs = ofKind(
    await eventsOf(tinyOptions(out, { ...changed(recipe), head: headByName('ce') })),
    'epoch',
  );
  expect(epochs.at(-1)!.loss).toBeLessThan(0.6 * epochs[0]!.loss);
});

test('gradients summed over small batches are those of the large one, where no layer looks at the batch', async () => {
  const [backbone, head] = [tinyBackbone({ normalized: false }), headByName('hm-ce')];
  const rng = Rng.of('accumulate');
  const pixels = Array.from({ length: 3 }, () =>
    Float32Array.from({ length: 6 * 32 * 32 * 3 }, () => rng.uniform(-1, 1)),
  );
  const scalar = (value: number) => hostTensor('float32', [], Float32Array.of(value));
  const after = async (accumulate: number) => {
    const size = 6 / accumulate;
    const recipe = {
      ...{ optimizer: tinyRecipe.optimizer, weightDecay: 0.01, clipNorm: 0.5 },
      ...(accumulate === 1 ? {} : { accumulate }),
    };
    const program = await compile(trainingStep(backbone, head, recipe), {
      state: await initialState({ backbone, head, classes: 3, seed: 1, recipe }),
      inputs: {
        images: { shape: [size, 32, 32, 3] },
        labels: { shape: [size], dtype: 'int32' },
        ...{ learningRate: { shape: [] }, step: { shape: [] } },
        ...(accumulate === 1 ? {} : { update: { shape: [] } }),
      },
    });
    for (const [step, data] of pixels.entries())
      for (let count = 0; count < accumulate; count++) {
        const [from, to] = [count * size, (count + 1) * size];
        const images = hostTensor('float32', [size, 32, 32, 3], data.subarray(from * 3072, to * 3072));
        const labels = hostTensor('int32', [size], Int32Array.of(0, 1, 2, 2, 1, 0).subarray(from, to));
        const update = accumulate === 1 ? {} : { update: scalar(count === accumulate - 1 ? 1 : 0) };
        await program.run({ images, labels, learningRate: scalar(0.1), step: scalar(step), ...update });
      }
    const state = await program.readState();
    await program.release();
    return state;
  };
  const [whole, summed] = [await after(1), await after(3)];
  for (const name of [...names(whole, 'params.'), ...names(whole, 'momentum.')])
    for (const [index, value] of whole[name]!.data.entries())
      expect(Math.abs(Number(summed[name]!.data[index]) - Number(value)), name).toBeLessThan(1e-6);
  for (const name of names(summed, 'gradientSum.'))
    expect(summed[name]!.data.every((value) => Number(value) === 0)).toBe(true);
});

test('an accumulating run tells means over its batches', async () => {
  const out = await temporaryFolder();
  const events = await eventsOf(
    tinyOptions(out, { ...changed({ accumulate: 2, learningRate: 0 }), logEvery: 1 }),
  );
  const plain = await eventsOf(
    tinyOptions(await temporaryFolder(), { ...changed({ batchSize: 6, learningRate: 0 }), logEvery: 1 }),
  );
  const small = ofKind(plain, 'step').map(({ loss }) => loss);
  const steps = ofKind(events, 'step');
  expect(steps).toHaveLength(8);
  for (const [index, { loss }] of steps.entries())
    expect(loss).toBeCloseTo((small[2 * index]! + small[2 * index + 1]!) / 2, 6);
});

test('what is frozen stays, statistics included, and the rest moves', async () => {
  const [before, after] = [await temporaryFolder(), await temporaryFolder()];
  const freeze = ['backbone.stem.*', '*.norm.*'];
  await eventsOf(tinyOptions(before, { ...changed({ freeze }), ...stopped }));
  await eventsOf(tinyOptions(after, changed({ freeze })));
  const [a, b] = [(await loadRun(before)).state, (await loadRun(after)).state];
  expect(differing(a, b).sort()).toEqual([
    'momentum.backbone.dense.kernel',
    'momentum.head.weight',
    'params.backbone.dense.kernel',
    'params.head.weight',
  ]);
  expect(names(b, 'momentum.')).toHaveLength(2);
});

test.each([
  ['a pattern that fits nothing', ['backbone.layer9.*'], /"backbone\.layer9\.\*", which fits none/],
  ['everything', ['*'], /left to train/],
])('freezing %s is an error', async (_, freeze, message) => {
  const failing = eventsOf(tinyOptions(await temporaryFolder(), changed({ freeze })));
  await expect(failing).rejects.toThrow(message);
  await expect(failing).rejects.toThrow(InvalidArgumentError);
});

test('the average is exported when asked', async () => {
  const out = await temporaryFolder();
  await eventsOf(tinyOptions(out, changed({ averageDecay: 0.5 })));
  const [run, backbone] = [await loadRun(out), tinyBackbone()];
  const embed = async (bytes: Uint8Array) => {
    const session = await createSession(bytes);
    const input = hostTensor('float32', [1, 3, 32, 32], new Float32Array(3072).fill(0.3));
    const { embedding } = await session.run({ input });
    await session.release();
    return [...(embedding!.data as Float32Array)];
  };
  const average = await embed(await exportRun(run, { backbone, weights: 'average' }));
  const entries = Object.entries(run.state).map(([name, value]) => {
    const from = name
      .replace(/^params\.backbone/, 'average.backbone')
      .replace(/^statistics/, 'averageStatistics');
    return [name, run.state[from] ?? value] as const;
  });
  expect(average).toEqual(
    await embed(await exportRun({ ...run, state: Object.fromEntries(entries) }, { backbone })),
  );
  expect(average).not.toEqual(await embed(await exportRun(run, { backbone })));
  const plain = await temporaryFolder();
  await eventsOf(tinyOptions(plain));
  await expect(exportRun(plain, { backbone, weights: 'average' })).rejects.toThrow(/averageDecay/);
});

test('a run begins with the backbone of another one, from its folder, a checkpoint or its ONNX file', async () => {
  const out = await temporaryFolder();
  await eventsOf(tinyOptions(out));
  const { state, path } = await loadRun(out);
  const files = await Promise.all(
    (['nchw', 'nhwc'] as const).map(async (layout) => {
      const file = join(out, `${layout}.onnx`);
      await writeFile(
        file,
        await exportRun(out, { backbone: tinyBackbone(), layout, foldNormalization: false }),
      );
      return file;
    }),
  );
  for (const pretrained of [out, path, ...files]) {
    const next = await temporaryFolder();
    await eventsOf(tinyOptions(next, { pretrained, head: headByName('arcface'), ...stopped }));
    const { state: begun, config } = await loadRun(next);
    expect(differing(begun, state, backboneNames(state)), pretrained).toEqual([]);
    expect(begun['params.head.weight']).not.toEqual(state['params.head.weight']);
    expect(config.pretrained!.sha256).toMatch(/^[0-9a-f]{64}$/);
  }
});

test('weights of another network, or none, are an error that says what is wrong', async () => {
  const out = await temporaryFolder();
  await eventsOf(tinyOptions(out));
  const model = join(out, 'model.onnx');
  await writeFile(model, await exportRun(out, { backbone: tinyBackbone(), foldNormalization: false }));
  await writeFile(join(out, 'cut.onnx'), (await readFile(model)).subarray(0, 900));
  const begin = async (pretrained: string, changes: Partial<TrainOptions> = {}) =>
    eventsOf(tinyOptions(await temporaryFolder(), { pretrained, ...changes }));
  const wider = { backbone: tinyBackbone({ embeddingSize: 8 }) };
  await expect(begin(out, wider)).rejects.toThrow(
    /"dense\.kernel" of \[8, 16\] where the backbone has \[8, 8\]/,
  );
  await expect(begin(model, wider)).rejects.toThrow(InvalidDataError);
  await expect(begin(join(out, 'cut.onnx'))).rejects.toThrow(/ONNX/);
  await expect(begin(model, { backbone: resnet18({ imageSize: [32, 32] }) })).rejects.toThrow(
    /another network/,
  );
  await expect(begin(join(out, 'nowhere'))).rejects.toThrow(/nowhere/);
  await expect(begin(await temporaryFolder())).rejects.toThrow(/no "stem\.kernel"/);
});
