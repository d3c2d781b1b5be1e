import { compile } from '@hm/onnx';
import { flattenParams, type HostTensor, hostTensor, Rng, unflattenParams } from '@hm/tensor';
import { expect, it } from 'vitest';
import { firstState } from '../step/train-state.ts';
import { type OptimizerRecipe, optimizerOf } from './optimizer-of.ts';

const names = ['backbone.early.w', 'backbone.late.w', 'head.w'] as const;
const start = [0.5, -0.3, 0.2];
const scalar = (value: number) => hostTensor('float32', [], Float32Array.of(value));
const one = (value: number): HostTensor => hostTensor('float32', [1], Float32Array.of(value));
const byName = <T>(value: (index: number) => T) =>
  Object.fromEntries(names.map((name, index) => [name, value(index)]));

/** Values after each step of a recipe in ONNX Runtime. */
async function run(changes: Partial<OptimizerRecipe>, gradients: readonly number[][]) {
  const recipe: OptimizerRecipe = { optimizer: { kind: 'adamw' }, weightDecay: 0, ...changes };
  const transform = optimizerOf(recipe);
  const program = await compile(
    (state, { step, learningRate, ...given }) => {
      const facts = { step: step!, learningRate: learningRate!, statistics: {} };
      const change = transform.update(unflattenParams(given), unflattenParams(state), facts);
      return { state: { ...state, ...flattenParams(change.state ?? {}) }, outputs: {} };
    },
    {
      state: flattenParams(
        firstState(recipe, { params: unflattenParams(byName((index) => one(start[index]!))) }),
      ),
      inputs: { step: { shape: [] }, learningRate: { shape: [] }, ...byName(() => ({ shape: [1] })) },
    },
  );
  const values: number[][] = [];
  for (const [step, given] of gradients.entries()) {
    const feeds = { step: scalar(step), learningRate: scalar(0.1) };
    await program.run({ ...feeds, ...byName((index) => one(given[index]!)) });
    const state = await program.readState();
    values.push(names.map((name) => Number(state[`params.${name}`]!.data[0])));
  }
  await program.release();
  return values;
}

/** Adam on one number from a step on, which is its first. */
function adamFrom(fromStep: number, rate: number, first: number, gradients: readonly number[]): number[] {
  let [p, m, v] = [first, 0, 0];
  return gradients.map((g, step) => {
    const t = step - fromStep + 1;
    if (t < 1) return p;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    p -= (0.1 * rate * (m / (1 - 0.9 ** t))) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
    return p;
  });
}

it('a stage that opens late moves with Adam as if it began then, and the others as without stages', async () => {
  const rng = Rng.of('stages');
  const gradients = Array.from({ length: 24 }, () => names.map(() => Math.fround(1 + rng.normal(0, 0.2))));
  const stages = [
    { params: ['backbone.early.*'], rate: 0.5 },
    { params: ['backbone.late.*'], rate: 0.25, fromStep: 10 },
  ];
  const values = await run({ stages }, gradients);
  const of = (index: number) => gradients.map((given) => given[index]!);
  const wanted = [adamFrom(0, 0.5, start[0]!, of(0)), adamFrom(10, 0.25, start[1]!, of(1))];
  for (const [step, [early, late]] of values.entries()) {
    expect(early).toBeCloseTo(wanted[0]![step]!, 5);
    expect(late).toBeCloseTo(wanted[1]![step]!, 5);
  }
  const without = await run({}, gradients);
  expect(values.map(([, , head]) => head)).toEqual(without.map(([, , head]) => head));
});
