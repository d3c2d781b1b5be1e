import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { compile } from '@hm/onnx';
import { flattenParams, type HostTensor, hostTensor, unflattenParams } from '@hm/tensor';
import { ModelProtoSchema } from 'onnx-buf';
import { expect, it } from 'vitest';
import { sgd } from '../optimize/sgd.ts';
import { inStages } from '../optimize/stages.ts';
import { towardsStart } from '../optimize/towards-start.ts';
import { chain } from '../optimize/transform.ts';
import { loadRun } from '../run-folder/load-run.ts';
import { pretrainedBackbone } from '../start/pretrained-backbone.ts';
import { tinyBackbone } from '../testing/tiny-backbone.mjs';
import { differing, eventsOf, temporaryFolder, tinyFaces, tinyOptions } from '../testing/tiny-run.ts';
import { fineTune } from './fine-tune.ts';

const one = (value: number): HostTensor => hostTensor('float32', [1], Float32Array.of(value));
const scalar = (value: number) => hostTensor('float32', [], Float32Array.of(value));

it('moves stages from their step on, at their rate, and pulls the network towards its start', async () => {
  const transform = chain(
    inStages(
      [{ params: ['backbone.late.*'], rate: 0.5, fromStep: 2 }],
      chain(towardsStart(0.1), sgd({ momentum: 0 })),
    ),
  );
  const params = { backbone: { early: { w: one(1) }, late: { w: one(2) } }, head: { w: one(3) } };
  const names = ['backbone.early.w', 'backbone.late.w', 'head.w'];
  const program = await compile(
    (state, { step, learningRate, ...gradients }) => {
      const facts = { step: step!, learningRate: learningRate!, statistics: {} };
      const change = transform.update(unflattenParams(gradients), unflattenParams(state), facts);
      return { state: { ...state, ...flattenParams(change.state ?? {}) }, outputs: {} };
    },
    {
      state: flattenParams({ params, ...transform.init!(params, { params }) }),
      inputs: {
        step: { shape: [] },
        learningRate: { shape: [] },
        ...Object.fromEntries(names.map((name) => [name, { shape: [1] }])),
      },
    },
  );
  const wanted = { early: 1, late: 2, head: 3 };
  for (let step = 0; step < 4; step++) {
    const gradients = Object.fromEntries(names.map((name) => [name, one(1)]));
    await program.run({ step: scalar(step), learningRate: scalar(0.1), ...gradients });
    wanted.early -= 0.1 * (1 + 0.1 * (wanted.early - 1));
    if (step >= 2) wanted.late -= 0.5 * 0.1 * (1 + 0.1 * (wanted.late - 2));
    wanted.head -= 0.1;
  }
  const state = await program.readState();
  await program.release();
  expect(state['params.backbone.early.w']!.data[0]).toBeCloseTo(wanted.early, 5);
  expect(state['params.backbone.late.w']!.data[0]).toBeCloseTo(wanted.late, 5);
  expect(state['params.head.w']!.data[0]).toBeCloseTo(wanted.head, 5);
  expect(state['start.backbone.late.w']!.data[0]).toBe(2);
});

it('a stage that names nothing is refused', () => {
  const stages = inStages([{ params: ['backbone.none'], rate: 1 }], sgd({ momentum: 0 }));
  expect(() => stages.init!({ backbone: { w: one(1) } }, {})).toThrow(/"backbone\.none", which fits none/);
});

it('fine-tunes: the first half stays, the last quarter moves after an epoch, all of it is told from a resumed run by no bit', async () => {
  const recipe = await fineTune(tinyBackbone(), tinyFaces, { epochs: 3, batchSize: 12 });
  const [first, whole, resumed] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
  await eventsOf(tinyOptions(first, { recipe: { ...recipe, epochs: 1 } }));
  const options = { recipe, pretrained: first };
  await eventsOf(tinyOptions(whole, options));
  const { state } = await loadRun(whole);
  const begun = Object.entries(state).filter(([name]) => name.startsWith('start.'));
  const moved = begun.filter(([name, value]) => {
    const now = state[name.replace('start.', 'params.')]!;
    return now.data.some((one, index) => one !== value.data[index]);
  });
  expect(moved.length).toBe(begun.length);
  const before = (await loadRun(first)).state;
  const frozen = recipe.freeze!.map((name) => `params.${name}`);
  expect(differing(before, state, frozen)).toEqual([]);
  // With one epoch the network stands still: only the head learns.
  const network = Object.keys(before).filter((name) => name.startsWith('start.'));
  expect(
    network.filter(
      (name) =>
        differing({ a: before[name]! }, { a: before[name.replace('start.', 'params.')]! }, ['a']).length,
    ),
  ).toEqual([]);
  const stop = new AbortController();
  await eventsOf(tinyOptions(resumed, { ...options, signal: stop.signal, logEvery: 1 }), (event) => {
    if (event.kind === 'step' && event.step === 7) stop.abort();
  });
  await eventsOf(tinyOptions(resumed, { ...options, resume: true }));
  expect(differing((await loadRun(resumed)).state, state)).toEqual([]);
});

it('ends early where validations get no better', async () => {
  const out = await temporaryFolder();
  const scores = [0.5, 0.7, 0.6, 0.6, 0.6];
  const recipe = await fineTune(tinyBackbone(), tinyFaces, { epochs: 5, batchSize: 12 });
  const validate = async () => ({ name: 'accuracy', score: scores.shift()! });
  const events = await eventsOf(tinyOptions(out, { recipe, validate, patience: 2 }));
  expect(events.at(-1)).toMatchObject({ kind: 'done', step: 16 });
  expect((await loadRun(out, 'best')).progress.step).toBe(8);
});

it('finds the first half of a network whose weights have numbers for names', async () => {
  const file = new URL('../../../resnet/golden/iresnet.onnx', import.meta.url);
  const model = fromBinary(ModelProtoSchema, readFileSync(file));
  const { initializer, node } = model.graph!;
  // As older exporters do: numbers for folded convolutions, in any order, beside words.
  const numbers = new Map(
    initializer.map(({ name }, place) => [name, `${place % 2 ? 'w' : ''}${900 - place}`]),
  );
  const renamed = (name: string) => numbers.get(name) ?? name;
  for (const constant of initializer) constant.name = renamed(constant.name);
  for (const each of node) each.input = each.input.map(renamed);
  const path = join(await temporaryFolder(), 'numbered.onnx');
  writeFileSync(path, toBinary(ModelProtoSchema, model));
  const recipeOf = async (of: string) => fineTune(await pretrainedBackbone(of), { length: 320 });
  const [words, numbered] = [await recipeOf(fileURLToPath(file)), await recipeOf(path)];
  const inNumbers = new Map(
    [...numbers].map(([name, number]) => [
      `backbone.${name.replace(/[^A-Za-z0-9_]+/g, '_')}`,
      `backbone.${number}`,
    ]),
  );
  const translated = (names: readonly string[] = []) => names.map((name) => inNumbers.get(name) ?? name);
  expect(numbered.freeze).toEqual(translated(words.freeze));
  expect(numbered.stages!.map(({ params }) => params)).toEqual(
    words.stages!.map(({ params }) => translated(params)),
  );
});
