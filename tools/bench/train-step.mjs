// `train-step.mjs [NETWORK BATCH SIZE CLASSES] [direct]`: runs training steps on images in memory. With `direct`,
// convolutions are unchanged. Otherwise they use the fastest forms measured on this machine, from the cache of
// `hm train`.
import { chooseKernels, compile, kernelCache } from '@hm/onnx';
import { serve } from './contestant.mjs';
import { stepOf } from './step-of.mjs';

const direct = process.argv.at(-1) === 'direct';
const [name = 'resnet18', ...numbers] = process.argv.slice(2).filter((word) => word !== 'direct');
const [batch = 64, size = 112, classes = 1000] = numbers.map(Number);
const { step, options, inputs } = stepOf(name, batch, size, classes);
const kernels = direct ? {} : await chooseKernels(step, options, kernelCache(options.threads));
const program = await compile(step, { ...options, kernels });
// The program has its own copy of the state. `hm train` releases it in the same way.
options.state = {};
await serve(() => program.run(inputs));
