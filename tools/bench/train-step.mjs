// `train-step.mjs [NETWORK BATCH SIZE CLASSES] [direct]`: one step of training on images that are in memory; `direct` leaves
// convolutions as they stand. Otherwise they have the forms that were measured once on this machine, as `hm train` keeps them.
import { chooseKernels, compile, kernelCache } from '@hm/onnx';
import { serve } from './contestant.mjs';
import { stepOf } from './step-of.mjs';

const direct = process.argv.at(-1) === 'direct';
const [name = 'resnet18', ...numbers] = process.argv.slice(2).filter((word) => word !== 'direct');
const [batch = 64, size = 112, classes = 1000] = numbers.map(Number);
const { step, options, inputs } = stepOf(name, batch, size, classes);
const kernels = direct ? {} : await chooseKernels(step, options, kernelCache(options.threads));
const program = await compile(step, { ...options, kernels });
// As `hm train` does: the program has its own copy.
options.state = {};
await serve(() => program.run(inputs));
