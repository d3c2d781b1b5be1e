import { compile } from '@hm/onnx';
import { flattenParams, type HostTensor, hostTensor, Rng, sizeOf, unflattenParams } from '@hm/tensor';
import { expect, test } from 'vitest';
import golden from '../../golden/optimizers.json' with { type: 'json' };
import { firstState } from '../step/train-state.ts';
import { type OptimizerRecipe, optimizerOf } from './optimizer-of.ts';

type Arrays = Record<string, number[]>;

const scalar = (value: number) => hostTensor('float32', [], Float32Array.of(value));

/** Runs updates with given gradients in ONNX Runtime; outputs and the last state. */
async function run(
  recipe: OptimizerRecipe,
  shapes: Record<string, number[]>,
  start: Arrays,
  steps: Arrays[],
  rates: number[],
) {
  const host = (values: Arrays) =>
    Object.fromEntries(
      Object.entries(values).map(([name, data]) => [
        name,
        hostTensor('float32', shapes[name]!, Float32Array.from(data)) as HostTensor,
      ]),
    );
  const scalars = { learningRate: { shape: [] }, step: { shape: [] } };
  const specs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));
  const program = await compile(
    (state, inputs) => {
      const { learningRate, step, ...gradients } = inputs;
      const facts = { learningRate: learningRate!, step: step!, statistics: {} };
      const change = optimizerOf(recipe).update(unflattenParams(gradients), unflattenParams(state), facts);
      return { state: { ...state, ...flattenParams(change.state ?? {}) }, outputs: change.outputs ?? {} };
    },
    {
      state: flattenParams(firstState(recipe, { params: unflattenParams(host(start)) })),
      inputs: { ...scalars, ...specs },
    },
  );
  const outputs = [];
  for (const [step, gradients] of steps.entries()) {
    const feeds = { learningRate: scalar(rates[step]!), step: scalar(step) };
    outputs.push(await program.run({ ...feeds, ...host(gradients) }));
  }
  const state = await program.readState();
  await program.release();
  return { state, outputs };
}

const expectClose = (actual: HostTensor, expected: number[]) => {
  for (const [index, value] of expected.entries())
    expect(Math.abs(Number(actual.data[index]) - value)).toBeLessThan(2e-6 * Math.max(1, Math.abs(value)));
};

test.each(golden.updates.map((entry) => [JSON.stringify(entry.recipe), entry] as const))(
  'six steps give what PyTorch gives: %s',
  async (_, entry) => {
    const { shapes, start, gradients, rates } = golden;
    const { state, outputs } = await run(entry.recipe as OptimizerRecipe, shapes, start, gradients, rates);
    for (const [name, values] of Object.entries(entry.params as Arrays))
      expectClose(state[`params.${name}`]!, values);
    const averages = 'averages' in entry ? (entry.averages as Arrays) : {};
    for (const [name, values] of Object.entries(averages))
      if (name.startsWith('backbone.')) expectClose(state[`average.${name}`]!, values);
    const norms = 'norms' in entry ? (entry.norms as number[]) : [];
    for (const [step, norm] of norms.entries()) expectClose(outputs[step]!.gradientNorm!, [norm]);
  },
);

/** Each optimiser on one number, in double precision. */
const references: [
  OptimizerRecipe['optimizer'],
  (decay: number) => (p: number, g: number, rate: number) => number,
][] = [
  [
    { kind: 'sgd', momentum: 0.7 },
    (decay) => {
      let v = 0;
      return (p, g, rate) => {
        v = 0.7 * v + g + decay * p;
        return p - rate * v;
      };
    },
  ],
  [
    { kind: 'sgd', momentum: 0.7, nesterov: true },
    (decay) => {
      let v = 0;
      return (p, g, rate) => {
        const slope = g + decay * p;
        v = 0.7 * v + slope;
        return p - rate * (slope + 0.7 * v);
      };
    },
  ],
  [
    { kind: 'adamw' },
    (decay) => {
      let [m, v, t] = [0, 0, 0];
      return (p, g, rate) => {
        t += 1;
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        const step = m / (1 - 0.9 ** t) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
        return p * (1 - rate * decay) - rate * step;
      };
    },
  ],
];

test.each(references)('40 steps follow the formulas of %j', async (optimizer, reference) => {
  const shapes = { 'backbone.kernel': [5, 4] };
  const rng = Rng.of('updates');
  const draw = () => ({
    'backbone.kernel': Array.from({ length: sizeOf([5, 4]) }, () => Math.fround(rng.normal())),
  });
  const [start, gradients] = [draw(), Array.from({ length: 40 }, draw)];
  const rates = gradients.map((_, step) => 0.05 / (1 + step));
  const { state } = await run({ optimizer, weightDecay: 0.02 }, shapes, start, gradients, rates);
  const expected = start['backbone.kernel'].map((value, index) => {
    const move = reference(0.02);
    return gradients.reduce((p, step, at) => move(p, step['backbone.kernel'][index]!, rates[at]!), value);
  });
  expectClose(state['params.backbone.kernel']!, expected);
});
