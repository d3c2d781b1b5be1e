import { hostTensor, Rng, sizeOf } from '@hm/tensor/host';
import { bestOf } from '../forms/best-of.ts';
import type { Form } from '../forms/forms.ts';
import { BLOCKED_DOMAIN, Graph } from '../graph.ts';
import { loadSession } from '../session/load-session.ts';
import type { BlockedConvolution } from './blocked-convolution.ts';
import { writeForm } from './write-winograd.ts';

/** The properties of a convolution in a network that affect its speed. */
export interface PlacedConvolution extends Pick<BlockedConvolution, 'channels' | 'pads'> {
  /** Height and width of the image. */
  side: readonly [height: number, width: number];
}

/** Such a convolution with a number of images. */
export type MeasuredConvolution = PlacedConvolution & { images: number };

/** Setting in which a form is timed. */
export interface Bench {
  /** Number of channels in a block. */
  block: number;
  threads: number | undefined;
}

const REPEATS = 4;

/**
 * Returns the milliseconds of a convolution with its bias, a rectifier and a constant filter: the best of four runs.
 */
export async function measureConvolution(
  { channels: [inputs, outputs], pads, side, images }: MeasuredConvolution,
  form: Form,
  { block, threads }: Bench,
): Promise<number> {
  const rng = Rng.of('measure-convolution');
  const noise = (size: number) => Float32Array.from({ length: size }, () => rng.uniform(-1, 1));
  const graph = new Graph();
  const filter = graph.constant('float32', [outputs, inputs, 3, 3], noise(outputs * inputs * 9));
  const bias = graph.constant('float32', [outputs], noise(outputs));
  const node = {
    ...{ op: 'Conv', domain: BLOCKED_DOMAIN, inputs: ['x', filter, bias], outputs: ['y'], sameShape: false },
    attributes: { activation: 'Relu', kernel_shape: [3, 3], pads: [...pads] },
  };
  if (form === 'direct') graph.nodes.push(node);
  else {
    const target = { graph, block, input: 'x', shared: new Map<string, string>() };
    writeForm(target, { node, channels: [inputs, outputs], pads }, side, form);
  }
  const shape = [images, inputs, ...side];
  const value = { name: 'x', dtype: 'float32' as const, shape };
  const model = graph.encode([value], [{ name: 'y' }]);
  const session = await loadSession(model, threads === undefined ? {} : { threads });
  const x = hostTensor('float32', shape, noise(sizeOf(shape)));
  const best = await bestOf(REPEATS, () => session.run({ x }));
  await session.release();
  return best;
}
