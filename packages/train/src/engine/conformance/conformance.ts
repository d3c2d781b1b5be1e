import { headByName } from '@hm/losses';
import { type Backbone, resnet18 } from '@hm/resnet';
import { type HostTensor, hostTensor, NonFiniteError, Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { initialState } from '../../initial-state.ts';
import type { TrainOptions } from '../../options.ts';
import type { Recipe } from '../../recipe/recipe.ts';
import { trainingStep } from '../../step/training-step.ts';
import { tinyBackbone } from '../../testing/tiny-backbone.mjs';
import { eventsOf, ofKind, temporaryFolder, tinyOptions, tinyRecipe } from '../../testing/tiny-run.ts';
import { compileOn } from '../compile-on.ts';
import { type Engine, engineName } from '../engine.ts';

type State = Record<string, HostTensor>;

/** Engine that the others are compared with. */
const reference: Engine = { kind: 'onnx', threads: 1 };

/** Tolerances of an engine after a few steps: differences from the reference, relative to a tensor's largest value. */
export interface Conformance {
  /** Tolerance of the loss at each step. */
  loss: number;
  /** Tolerance of the trained state after the last step. */
  state: number;
  /** For engines whose step takes half a second, such as a GPU in software: one recipe, fewer steps. Default false. */
  slow?: boolean;
  /** Why the engine is not available. */
  skip?: string | undefined;
}

const recipes: Record<string, Recipe> = {
  'SGD with momentum, clipped and averaged': { ...tinyRecipe, clipNorm: 1, averageDecay: 0.9 },
  'AdamW with a frozen layer': {
    ...tinyRecipe,
    optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    freeze: ['backbone.stem.*'],
  },
  'Nesterov with accumulated gradients': {
    ...tinyRecipe,
    optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true },
    accumulate: 2,
  },
};

const [classes, batchSize, size] = [6, 8, 16];
const head = headByName('hm-arcface', { scale: 8 });
const tiny = tinyBackbone({ size });
const scalar = (value: number) => hostTensor('float32', [], Float32Array.of(value));

const states = new Map<string, Promise<State>>();

/** Initial state, made once: for a large network that takes longer than a step. */
function firstState(recipe: Recipe, backbone: Backbone): Promise<State> {
  const key = JSON.stringify([recipe, backbone.name]);
  const state = states.get(key) ?? initialState({ backbone, head, classes, seed: 5, recipe });
  states.set(key, state);
  return state;
}

/** Compiles a step for an engine, with the tiny network by default. */
async function programOf(engine: Engine, recipe: Recipe, backbone: Backbone = tiny) {
  const state = await firstState(recipe, backbone);
  const accumulated = recipe.accumulate === undefined ? {} : { update: { shape: [] } };
  return compileOn(engine, trainingStep(backbone, head, recipe), {
    state,
    inputs: {
      images: { shape: [batchSize, size, size, 3] },
      labels: { shape: [batchSize], dtype: 'int32' },
      learningRate: { shape: [] },
      step: { shape: [] },
      ...accumulated,
    },
  });
}

function batch(step: number, { accumulate }: Recipe): State {
  const rng = Rng.of('conformance', step);
  const pixels = Float32Array.from({ length: batchSize * size * size * 3 }, () => rng.normal());
  const labels = Int32Array.from({ length: batchSize }, () => rng.integer(classes));
  return {
    images: hostTensor('float32', [batchSize, size, size, 3], pixels),
    labels: hostTensor('int32', [batchSize], labels),
    learningRate: scalar(0.05),
    step: scalar(step),
    ...(accumulate === undefined ? {} : { update: scalar((step + 1) % accumulate === 0 ? 1 : 0) }),
  };
}

/** Runs some steps and returns their outputs and the final state. */
async function train(engine: Engine, recipe: Recipe, steps: number, backbone?: Backbone) {
  const program = await programOf(engine, recipe, backbone);
  const outputs: State[] = [];
  for (let step = 0; step < steps; step++) outputs.push(await program.run(batch(step, recipe)));
  const state = await program.readState();
  await program.release();
  return { outputs, state };
}

function expectClose(actual: State, expected: State, tolerance: number, what: string): void {
  expect(Object.keys(actual).sort(), what).toEqual(Object.keys(expected).sort());
  for (const [name, { data, dtype, shape }] of Object.entries(expected)) {
    expect(actual[name], `${what}: ${name}`).toMatchObject({ dtype, shape });
    let [largest, difference] = [1e-3, 0];
    for (const [i, value] of data.entries()) {
      largest = Math.max(largest, Math.abs(Number(value)));
      difference = Math.max(difference, Math.abs(Number(value) - Number(actual[name]!.data[i])));
    }
    expect(difference / largest, `${what}: ${name}`).toBeLessThanOrEqual(tolerance);
  }
}

/** Defines the same tests for any engine. */
export function conforms(engine: Engine, { loss, state, slow = false, skip }: Conformance): void {
  const title = `${engineName(engine)}${skip === undefined ? '' : ` (not here: ${skip})`}`;
  describe.skipIf(skip !== undefined)(title, () => {
    const some = Object.entries(recipes).slice(0, slow ? 1 : undefined);
    test.each(some)('trains as the reference does: %s', async (_, recipe) => {
      const steps = slow ? 3 : 6;
      const [expected, actual] = [await train(reference, recipe, steps), await train(engine, recipe, steps)];
      for (const [step, outputs] of expected.outputs.entries())
        expectClose(actual.outputs[step]!, outputs, loss, `step ${step}`);
      expectClose(actual.state, expected.state, state, 'after the last step');
      expect(actual.outputs.at(-1)!.loss).not.toEqual(actual.outputs[0]!.loss);
    });

    test.skipIf(slow)('takes a step of ResNet-18 as the reference does', async () => {
      const network = resnet18({ imageSize: [size, size] });
      const expected = await train(reference, tinyRecipe, 1, network);
      const actual = await train(engine, tinyRecipe, 1, network);
      expectClose(actual.outputs[0]!, expected.outputs[0]!, 10 * loss, 'the step');
      expectClose(actual.state, expected.state, 10 * state, 'after it');
    });

    test('holds its memory through many steps, and repeats one to the bit from a state written back', async () => {
      const before = tf.memory().numTensors;
      const program = await programOf(engine, tinyRecipe);
      await program.run(batch(0, tinyRecipe));
      const { numTensors, numBytes } = tf.memory();
      const middle = await program.readState();
      const outputs = await program.run(batch(1, tinyRecipe));
      const end = await program.readState();
      expect(end).not.toEqual(middle);
      for (let step = 2; step < (slow ? 6 : 100); step++) await program.run(batch(step % 4, tinyRecipe));
      expect(tf.memory()).toMatchObject({ numTensors, numBytes });
      await program.writeState(middle);
      expect(await program.readState()).toEqual(middle);
      expect(await program.run(batch(1, tinyRecipe))).toEqual(outputs);
      expect(await program.readState()).toEqual(end);
      await program.release();
      expect(tf.memory().numTensors).toBe(before);
    });

    test('goes on with a run of the reference, which goes on with its own', async () => {
      const [whole, parted] = [await temporaryFolder(), await temporaryFolder()];
      const wanted = await lossesOf(tinyOptions(whole, { engine: reference }));
      const losses = [
        ...(await lossesOf(tinyOptions(parted, { engine: reference }), 3)),
        ...(await lossesOf(tinyOptions(parted, { engine, resume: true }), 5)),
        ...(await lossesOf(tinyOptions(parted, { engine: reference, resume: true }))),
      ];
      expect(losses).toHaveLength(wanted.length);
      for (const [i, value] of wanted.entries())
        expect(Math.abs(losses[i]! / value - 1)).toBeLessThanOrEqual(loss);
    });

    test('a loss that is not finite stops the run', async () => {
      const recipe: Recipe = { ...tinyRecipe, learningRate: 1e30, schedule: { kind: 'constant' } };
      const run = eventsOf(tinyOptions(await temporaryFolder(), { engine, recipe }));
      await expect(run).rejects.toThrow(NonFiniteError);
    });
  });
}

/** Loss of each step of a run, which is stopped after the step `last` if given. */
async function lossesOf(options: TrainOptions, last?: number): Promise<number[]> {
  const stop = new AbortController();
  const events = await eventsOf({ ...options, logEvery: 1, signal: stop.signal }, (event) => {
    if (event.kind === 'step' && event.step === last) stop.abort();
  });
  return ofKind(events, 'step').map(({ loss }) => loss);
}
