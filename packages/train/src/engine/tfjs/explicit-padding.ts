import * as tf from '@tensorflow/tfjs-core';

/** How to get explicit padding from a kernel that supports only `valid`. */
interface Padded {
  /** Name of the input that is padded. */
  input?: string;
  /** Value of the padding. */
  value?: number;
  /** Name of the attribute with the shape of the padded input, if the input itself is not passed. */
  shape?: string;
  /** True if the result is the gradient of the padded input, from which the padding must be removed. */
  cropped?: true;
}

/** Lowest float32 value, so that no maximum is found in the padding. */
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
 * Adds padding by a number of pixels to tfjs-node's kernels. Every other backend supports it; of tfjs-node's
 * convolutions and poolings only the convolution does, and in another form.
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

/** Passes the padding in the form that the convolution takes: a margin for each axis. */
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

/** Padding per axis; undefined if the kernel supports the given padding itself. */
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
