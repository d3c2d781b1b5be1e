import { checkArguments, InvalidArgumentError } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';
import type { StepFunction } from './compile.ts';

type Tensors = Record<string, tf.Tensor>;

/**
 * Returns a step that runs `count` steps, one after the other, in one run of its graph. Each input and output gets an
 * axis of `count` in front: `[B, H, W, 3]` becomes `[count, B, H, W, 3]`. On the CPU the bits are those of single
 * steps.
 *
 * What a provider copies with every run is then copied once for `count` steps; all providers but `webgpu` and the CPU
 * copy the state. The graph is `count` times as large, and takes as much longer to load.
 *
 * @throws {InvalidArgumentError} if `count` is not a positive integer.
 * @example
 * const four = repeatStep(trainingStep(backbone, head, recipe), 4);
 * const inputs = { images: { shape: [4, 64, 112, 112, 3] }, labels: { shape: [4, 64], dtype: 'int32' as const } };
 * const program = await compile(four, { state, inputs });
 */
export function repeatStep(step: StepFunction, count: number): StepFunction {
  checkArguments('repeatStep', { step, count }, { step: 'function', count: 'number' });
  if (!Number.isInteger(count) || count < 1) throw noCount(count);
  return (state, inputs) => {
    let current = state;
    const outputs: Tensors[] = [];
    for (let index = 0; index < count; index++) {
      const result = step(
        current,
        mapTensors(inputs, (input) => partOf(input, index)),
      );
      current = result.state;
      outputs.push(result.outputs);
    }
    return { state: current, outputs: mapTensors(outputs[0]!, (_, name) => stacked(outputs, name)) };
  };
}

/** Uses gather, as ONNX Runtime merges slices into one `Split`, for which WebGPU has no kernel of integers. */
const partOf = (input: tf.Tensor, index: number): tf.Tensor => tf.gather(input, tf.scalar(index, 'int32'));

const stacked = (outputs: readonly Tensors[], name: string): tf.Tensor =>
  tf.concat(outputs.map((output) => tf.expandDims(output[name]!, 0)));

const mapTensors = (tensors: Tensors, map: (tensor: tf.Tensor, name: string) => tf.Tensor): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, map(tensor, name)]));

const noCount = (received: number) =>
  new InvalidArgumentError({
    where: 'repeatStep',
    expected: 'a positive integer as count',
    received,
    fix: 'Pass how many steps one run takes, such as 8.',
  });
