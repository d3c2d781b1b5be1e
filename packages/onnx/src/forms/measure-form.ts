import { hostTensor, Rng, sizeOf } from '@hm/tensor/host';
import type { Layout } from '../layout.ts';
import { loadSession } from '../session/load-session.ts';
import { record } from '../trace/trace.ts';
import { bestOf } from './best-of.ts';
import type { ConvolutionShape, Form } from './forms.ts';
import { operandsOf, resultOf, runConvolution } from './run-convolution.ts';

/** Setting in which a form is timed. */
export interface Measurement {
  /** Number of channels in a block of the CPU's blocked layouts. */
  block: number;
  threads: number | undefined;
}

const REPEATS = 4;

/**
 * Returns the milliseconds that a convolution takes in a form, the best of four runs. Inputs and result have the
 * layouts that a step keeps them in.
 */
export async function measureForm(
  shape: ConvolutionShape,
  form: Form,
  { block, threads }: Measurement,
): Promise<number> {
  const operands = operandsOf(shape);
  const layouts = Object.fromEntries(
    Object.entries({ ...operands, y: resultOf(shape) }).map(([name, sizes]) => [
      name,
      layoutOf(name, sizes, shape, form, block),
    ]),
  );
  const inputs = Object.fromEntries(
    Object.entries(operands).map(([name, sizes]) => [name, { shape: sizes }]),
  );
  const { model, inputs: values } = record((given) => ({ y: runConvolution(shape, given) }), inputs, {
    ...{ block, layouts },
    chooseForm: () => form,
  });
  const session = await loadSession(model, threads === undefined ? {} : { threads });
  const rng = Rng.of('measure-form');
  const feeds = Object.fromEntries(
    values.map(({ name, shape: sizes }) => {
      const data = Float32Array.from({ length: sizeOf(sizes as number[]) }, () => rng.uniform(-1, 1));
      return [name, hostTensor('float32', sizes as number[], data)];
    }),
  );
  const best = await bestOf(REPEATS, () => session.run(feeds));
  await session.release();
  return best;
}

function layoutOf(
  name: string,
  sizes: readonly number[],
  { direction }: ConvolutionShape,
  form: Form,
  block: number,
): Layout {
  const isFilter = name === 'filter' || (name === 'y' && direction === 'filter-gradient');
  const blocks = block > 0 && sizes[3]! % block === 0;
  if (!isFilter) return blocks ? 'nchw-blocked' : 'logical';
  return blocks && sizes[2]! % block === 0 && form === 'direct' && name === 'filter'
    ? 'oihw-blocked'
    : 'logical';
}
