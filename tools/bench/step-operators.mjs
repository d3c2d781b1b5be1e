import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '@hm/onnx';
import { stepOf } from './step-of.mjs';

/**
 * Returns the multiplications and bytes of each operator in a step of ResNet-18, with all convolutions in this form if
 * they have it. The shapes come from ONNX Runtime's own profile of one step.
 */
export async function operatorsOf(form, batch) {
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
  // Outputs written to given memory appear as an empty sequence without a shape.
  if (outs.length === 0) return { bytes: 0, multiplications: 0 };
  // These return a view of the same memory.
  if (operator === 'Reshape' || operator === 'Squeeze' || operator === 'Unsqueeze')
    return { bytes: 0, multiplications: 0 };
  return { bytes, multiplications: multiplicationsOf(operator, ins, outs[0][1]) };
}

function multiplicationsOf(operator, [[, first] = [], [, second] = []], result) {
  if (operator === 'Conv' || operator === 'FusedConv') return sizeOf(result) * sizeOf(second.slice(1));
  if (!['MatMul', 'FusedMatMul', 'Gemm'].includes(operator)) return 0;
  // Each operand has the result's rows or columns once, and the dimension that is summed over once.
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
