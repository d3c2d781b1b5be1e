import * as tf from '@tensorflow/tfjs-core';

/** How a kernel that knows only `valid` is asked for a margin. */
interface Padded {
  /** The input that gets the margin. */
  input?: string;
  /** Contents of the margin. */
  value?: number;
  /** The attribute with the shape of the input that gets the margin, if the input itself is not there. */
  shape?: string;
  /** Whether the result is the gradient of the input, of which the margin is left out. */
  cropped?: true;
}

/** Below every value, so that no maximum is found in a margin. */
const LOWEST = -3.4028234663852886e38;

const kernels: Record<string, Padded> = {
  [tf.Conv2DBackpropInput]: { shape: 'inputShape', cropped: true },
  [tf.Conv2DBackpropFilter]: { input: 'x', value: 0 },
  [tf.MaxPool]: { input: 'x', value: LOWEST },
  [tf.MaxPoolGrad]: { input: 'input', value: LOWEST, cropped: true },
};

/** Pixels before and after, along each axis. */
type Margin = [number, number][];
type Attributes = Record<string, unknown>;
type Kernel = (inputs: Record<string, tf.TensorInfo>, attributes: Attributes) => tf.TensorInfo;

/**
 * Teaches the kernels of tfjs-node a padding by a number of pixels, which those of every other backend know: of its
 * convolutions and poolings only the convolution itself takes one, and that in another form.
 */
export function allowExplicitPadding(backendName: string): void {
  const backend = tf.findBackend(backendName);
  const find = (name: string): Kernel => {
    const { kernelFunc } = tf.getKernel(name, backendName);
    return (inputs, attributes) =>
      kernelFunc({ inputs, attrs: attributes as tf.NamedAttrMap, backend }) as tf.TensorInfo;
  };
  const free = ({ dataId }: tf.TensorInfo) => void backend.disposeData(dataId);
  const tools: Tools = { pad: find(tf.PadV2), slice: find(tf.Slice), free };
  replace(tf.Conv2D, backendName, explicit(find(tf.Conv2D)));
  for (const [name, how] of Object.entries(kernels))
    replace(name, backendName, padded(find(name), how, tools));
}

function replace(name: string, backendName: string, kernel: Kernel): void {
  const config = tf.getKernel(name, backendName);
  const kernelFunc: tf.KernelFunc = ({ inputs, attrs }) =>
    kernel(inputs as Record<string, tf.TensorInfo>, attrs as Attributes);
  tf.unregisterKernel(name, backendName);
  tf.registerKernel({ ...config, kernelFunc });
}

/** The convolution takes a margin of each axis. */
const explicit =
  (kernel: Kernel): Kernel =>
  (inputs, attributes) => {
    const margin = marginOf(attributes);
    return kernel(inputs, margin ? { ...attributes, pad: margin } : attributes);
  };

interface Tools {
  pad: Kernel;
  slice: Kernel;
  free(tensor: tf.TensorInfo): void;
}

function padded(
  kernel: Kernel,
  { input, value, shape, cropped }: Padded,
  { pad, slice, free }: Tools,
): Kernel {
  const withMargin =
    (margin: Margin): Kernel =>
    (inputs, attributes) => {
      if (input === undefined) return kernel(inputs, attributes);
      const wide = pad({ x: inputs[input]! }, { paddings: margin, constantValue: value });
      const result = kernel({ ...inputs, [input]: wide }, attributes);
      free(wide);
      return result;
    };
  return (inputs, attributes) => {
    const margin = marginOf(attributes);
    if (margin === undefined) return kernel(inputs, attributes);
    const widened = shape && { [shape]: resized(attributes[shape] as number[], margin, 1) };
    const result = withMargin(margin)(inputs, { ...attributes, ...widened, pad: 'valid' });
    if (!cropped) return result;
    const begin = margin.map(([before]) => before);
    const inner = slice({ x: result }, { begin, size: resized(result.shape, margin, -1) });
    free(result);
    return inner;
  };
}

const resized = (shape: readonly number[], margin: Margin, sign: 1 | -1): number[] =>
  shape.map((size, axis) => size + sign * (margin[axis]![0] + margin[axis]![1]));

/** Undefined for a padding that the kernels know. */
function marginOf({ pad, dataFormat = 'NHWC' }: Attributes): Margin | undefined {
  if (dataFormat !== 'NHWC' || pad === 0 || typeof pad === 'string') return undefined;
  return typeof pad === 'number'
    ? [
        [0, 0],
        [pad, pad],
        [pad, pad],
        [0, 0],
      ]
    : (pad as Margin);
}
