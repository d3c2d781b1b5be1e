import { headByName } from '@hm/losses';
import type { Program } from '@hm/onnx';
import { type HostTensor, hostTensor, InvalidArgumentError, Rng } from '@hm/tensor';
import { describe, expect, test } from 'vitest';
import { compileOn } from '../engine/compile-on.ts';
import type { Engine } from '../engine/engine.ts';
import { initialState } from '../initial-state.ts';
import { loadRun } from '../run-folder/load-run.ts';
import { tinyBackbone } from '../testing/tiny-backbone.mjs';
import { eventsOf, ofKind, temporaryFolder, tinyOptions, tinyRecipe } from '../testing/tiny-run.ts';
import { compilePartial } from './partial-program.ts';
import { trainingStep } from './training-step.ts';

const [classes, batchSize] = [10, 4];
const rng = Rng.of('partial');
const inputs = {
  images: { shape: [batchSize, 32, 32, 3] },
  labels: { shape: [batchSize], dtype: 'int32' as const },
  learningRate: { shape: [] },
  step: { shape: [] },
};
const scalar = (value: number) => hostTensor('float32', [], Float32Array.of(value));
const batch = (step: number) => ({
  images: hostTensor(
    'float32',
    inputs.images.shape,
    Float32Array.from({ length: batchSize * 32 * 32 * 3 }, () => rng.normal()),
  ),
  labels: hostTensor('int32', [batchSize], Int32Array.of(9, 2, 9, 4)),
  learningRate: scalar(0.1),
  step: scalar(step),
});

async function setUp(name = 'adaptiveface') {
  const [backbone, head] = [tinyBackbone(), headByName(name)];
  const state = await initialState({ backbone, head, classes, seed: 1, recipe: tinyRecipe });
  return { step: trainingStep(backbone, head, tinyRecipe), options: { state, inputs } };
}

const rowOf = ({ shape: [rows], data }: HostTensor, row: number) => {
  const length = data.length / rows!;
  return [...(data as Float32Array).subarray(row * length, (row + 1) * length)];
};

const engine: Engine = { kind: 'onnx', threads: 1 };

describe('compilePartial', () => {
  test('with all classes is the step itself', async () => {
    const { step, options } = await setUp();
    const programs: Program[] = [
      await compileOn(engine, step, options),
      await compilePartial(engine, step, options, { sampleRate: 1, classes, seed: 7 }),
    ];
    for (let i = 0; i < 3; i++) {
      const feeds = batch(i);
      const [whole, partial] = await Promise.all(programs.map((program) => program.run(feeds)));
      expect(partial).toEqual(whole);
    }
    const [whole, partial] = await Promise.all(programs.map((program) => program.readState()));
    expect(partial).toEqual(whole);
    await Promise.all(programs.map((program) => program.release()));
  });

  test('changes the classes of the batch and those drawn, in weights, margins and momentum, and no others', async () => {
    const { step, options } = await setUp();
    const program = await compilePartial(engine, step, options, { sampleRate: 0.6, classes, seed: 7 });
    await program.run(batch(0));
    const after = await program.readState();
    await program.release();
    const names = ['weight', 'margin'].flatMap((name) => [`params.head.${name}`, `momentum.head.${name}`]);
    const changed = names.map((name) =>
      Array.from({ length: classes }, (_, c) => c).filter((c) => {
        const before = rowOf(options.state[name]!, c);
        return rowOf(after[name]!, c).some((value, i) => value !== before[i]);
      }),
    );
    expect(changed[0]).toHaveLength(6);
    expect(changed[0]).toEqual(expect.arrayContaining([2, 4, 9]));
    for (const others of changed) expect(others).toEqual(changed[0]);
  });

  test('takes back the state that it gave', async () => {
    const { step, options } = await setUp('arcface');
    const program = await compilePartial(engine, step, options, { sampleRate: 0.5, classes, seed: 7 });
    await program.run(batch(0));
    const state = await program.readState();
    const feeds = batch(1);
    const first = await program.run(feeds);
    await program.writeState(state);
    expect(await program.run(feeds)).toEqual(first);
    await program.release();
  });

  test('refuses rates that leave too few classes, and heads with centers', async () => {
    const refused = async (name: string, sampleRate: number) => {
      const { step, options } = await setUp(name);
      return compilePartial(engine, step, options, { sampleRate, classes, seed: 7 });
    };
    await expect(refused('ce', 0)).rejects.toThrow(/sampleRate above 0/);
    await expect(refused('ce', 0.2)).rejects.toThrow(/at least 4 classes.*2 of 10.*Raise sampleRate to 0.4/);
    await expect(refused('ce+center', 0.5)).rejects.toThrow(/no statistics of each class.*centers/);
    await expect(refused('ce+center', 0.5)).rejects.toThrow(InvalidArgumentError);
  });
});

test('training with a part of the classes goes on after a stop as if there had been none', async () => {
  const recipe = { ...tinyRecipe, batchSize: 3, epochs: 1, partialFc: { sampleRate: 0.7 } };
  const [whole, stopped] = [await temporaryFolder(), await temporaryFolder()];
  await eventsOf(tinyOptions(whole, { recipe }));
  const stop = new AbortController();
  await eventsOf(tinyOptions(stopped, { recipe, logEvery: 1, signal: stop.signal }), (event) => {
    if (event.kind === 'step' && event.step === 5) stop.abort();
  });
  const rest = await eventsOf(tinyOptions(stopped, { recipe, resume: true }));
  expect(ofKind(rest, 'done')).toHaveLength(1);
  expect((await loadRun(stopped)).state).toEqual((await loadRun(whole)).state);
});
