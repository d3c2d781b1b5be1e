/**
 * What a training step of ResNet-18 consists of, for each form of its 3×3 convolutions: multiplications, bytes that operators
 * read and write, operators, and the time that these imply at a card's published rates, if each operator took the longer of
 * computing and moving. Shapes are those of ONNX Runtime's own profile of one step.
 *
 *   pnpm bench count [BATCH] [--json]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '@hm/onnx';
import { stepOf } from './step-of.mjs';

/** Single-precision TFLOP/s without tensor cores, and GB/s. */
const cards = [
  // https://www.nvidia.com/content/dam/en-zz/Solutions/Data-Center/a100/pdf/nvidia-a100-datasheet-us-nvidia-1758950-r4-web.pdf
  { name: 'A100 80 GB SXM', teraflops: 19.5, gigabytes: 2039 },
  // https://www.nvidia.com/en-us/data-center/h100/
  { name: 'H100 SXM', teraflops: 67, gigabytes: 3350 },
  // https://www.nvidia.com/content/dam/en-zz/Solutions/Data-Center/tesla-t4/t4-tensor-core-datasheet-951643.pdf
  { name: 'T4', teraflops: 8.1, gigabytes: 320 },
];

const json = process.argv.includes('--json');
const [batch = 64] = process.argv.slice(3).flatMap((word) => (Number(word) > 0 ? [Number(word)] : []));
const results = [];
for (const form of ['direct', 'winograd-2', 'winograd-4']) {
  const nodes = await nodesOf(form);
  const sum = (of) => nodes.reduce((total, node) => total + of(node), 0);
  results.push({
    form,
    batch,
    operators: nodes.length,
    multiplications: sum(({ multiplications }) => multiplications),
    bytes: sum(({ bytes }) => bytes),
    milliseconds: Object.fromEntries(
      cards.map((card) => [card.name, Math.round(sum((node) => 1e3 * secondsOn(card, node)) * 100) / 100]),
    ),
  });
}
if (json) console.log(JSON.stringify({ bench: 'count', results }));
else {
  console.log(
    `one training step of ResNet-18, 112×112, batch ${batch}, 1000 classes, as compiled for this CPU`,
  );
  for (const { form, operators, multiplications, bytes, milliseconds } of results) {
    const times = Object.entries(milliseconds).map(([name, value]) => `${name} ${value} ms`);
    console.log(
      `${form.padEnd(11)}${(multiplications / 1e9).toFixed(1)} G multiplications, ${(bytes / 1e9).toFixed(2)} GB, ` +
        `${operators} operators; implied: ${times.join(', ')}`,
    );
  }
}

function secondsOn({ teraflops, gigabytes }, { multiplications, bytes }) {
  return Math.max((2 * multiplications) / (teraflops * 1e12), bytes / (gigabytes * 1e9));
}

/** What each operator of a step does, every convolution that has forms in this one. */
async function nodesOf(form) {
  const folder = mkdtempSync(join(tmpdir(), 'hm-count-'));
  const { step, options, inputs } = stepOf('resnet18', batch, 112, 1000);
  const kernels = new Proxy({}, { get: () => form });
  const program = await compile(step, { ...options, kernels, profile: join(folder, 'step') });
  await program.run(inputs);
  await program.release();
  const events = readdirSync(folder).flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  rmSync(folder, { recursive: true });
  return events
    .filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'))
    .map(({ args }) => countsOf(args));
}

function countsOf({ op_name: operator, input_type_shape: inputs, output_type_shape: outputs }) {
  const [ins, outs] = [inputs, outputs].map((values) => values.flatMap((value) => Object.entries(value)));
  const bytes = [...ins, ...outs].reduce((total, [type, shape]) => total + sizeOf(shape) * widthOf(type), 0);
  // A view of the same memory.
  if (operator === 'Reshape' || operator === 'Squeeze' || operator === 'Unsqueeze')
    return { bytes: 0, multiplications: 0 };
  return { bytes, multiplications: multiplicationsOf(operator, ins, outs[0][1]) };
}

function multiplicationsOf(operator, [[, first] = [], [, second] = []], result) {
  if (operator === 'Conv' || operator === 'FusedConv') return sizeOf(result) * sizeOf(second.slice(1));
  if (!['MatMul', 'FusedMatMul', 'Gemm'].includes(operator)) return 0;
  // All operands have the result's rows or columns once, and what is summed over once.
  const rows = result.at(-2) ?? 1;
  const times = sizeOf(first) / (rows * sizeOf(first.slice(0, -2)));
  return sizeOf(result) * times;
}

function sizeOf(shape) {
  return shape.reduce((size, length) => size * length, 1);
}

function widthOf(type) {
  return { bool: 1, uint8: 1, int64: 8 }[type] ?? 4;
}
