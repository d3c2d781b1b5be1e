// `step.mjs PROVIDER BATCH SIZE CALL`: runs training steps of ResNet-18 with 1,000 classes on a provider, `CALL` steps
// in one run of the graph.
import { compile, repeatStep } from '@hm/onnx';
import { hostZeros } from '@hm/tensor';
import { serve } from '../bench/contestant.mjs';
import { stepOf } from '../bench/step-of.mjs';

const [provider, ...numbers] = process.argv.slice(2);
const [batch, size, call] = numbers.map(Number);
const { step, options, inputs } = stepOf('resnet18', batch, size, 1000);
const { state, inputs: specs } = options;
const isSeveral = call > 1;
const repeated = mapValues(specs, (spec) => ({ ...spec, shape: [call, ...spec.shape] }));
const program = await compile(isSeveral ? repeatStep(step, call) : step, {
  ...{ state, provider },
  inputs: isSeveral ? repeated : specs,
});
const feeds = isSeveral ? mapValues(inputs, repeat) : inputs;
await serve(() => program.run(feeds));

function repeat({ dtype, shape, data }) {
  const all = hostZeros(dtype, [call, ...shape]);
  for (let index = 0; index < call; index++) all.data.set(data, index * data.length);
  return all;
}

function mapValues(record, change) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
