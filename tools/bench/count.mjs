/**
 * Counts the work of a training step of ResNet-18, for each form of its 3×3 convolutions: multiplications, bytes that
 * operators read and write, and operators. From these it computes the time at a GPU's published rates, where each
 * operator takes the longer of its computing and memory times.
 *
 *   pnpm bench count [BATCH] [--json]
 */
import { operatorsOf } from './step-operators.mjs';

/** GPUs with their single-precision TFLOP/s without tensor cores, and GB/s. */
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
  const nodes = await operatorsOf(form, batch);
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
