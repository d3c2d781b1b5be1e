import {
  batchNormInference,
  batchNormTrain,
  checkOptions,
  type Features,
  groupedConvolution,
  InvalidArgumentError,
  type Params,
  prelu as preluOf,
  type Rng,
  relu as reluOf,
} from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import * as tf from '@tensorflow/tfjs-core';

/** `train` normalizes with the batch's statistics and updates the running ones; `inference` uses the running ones. */
export type Mode = 'train' | 'inference';

/** Variables of a layer. The parameters of a layer with a single tensor are that tensor. */
export interface LayerVariables {
  /** The trained parameters. */
  params: Params | tf.Tensor;
  /** Running statistics of normalizations. Empty if there are none. */
  statistics: Params;
  /** The layer's name in the network, for error messages. */
  name?: string;
}

/**
 * A part of a network. It holds no state: `apply` returns its output and the statistics after this pass.
 *
 * @example
 * const layer = sequential({ filter: conv(3, 8, { stride: 2 }), norm: norm(8), relu });
 * const variables = layer.init(Rng.of(1));
 * const { output } = layer.apply(variables, tf.zeros<tf.Rank.R4>([1, 32, 32, 3]), 'inference'); // [1, 16, 16, 8]
 */
export interface Layer {
  /** Returns new variables. The caller disposes of them. */
  init(rng: Rng): LayerVariables;
  /** Runs the layer. In training it uses the statistics of the batch, in inference the running ones. */
  apply(variables: LayerVariables, x: Features, mode: Mode): { output: Features; statistics: Params };
}

/**
 * Initialization of filters: `he` is N(0, 2 / fan out), as in torchvision's ResNets; `fixed` is N(0, 0.1²), as in
 * insightface's IResNets.
 */
export type FilterInitialization = 'he' | 'fixed';

/** Options of {@link conv}. */
export interface ConvOptions {
  /** Height and width of the filter, default 3. */
  size?: number | readonly [height: number, width: number];
  /** Stride in both directions. Default 1. */
  stride?: number;
  /**
   * Zeros on every side, or above and below and on both sides. Default: half the filter's height and width, as in
   * PyTorch's networks (tfjs's `same` pads one side more).
   */
  padding?: number | readonly [height: number, width: number];
  /** Number of independent groups of channels, default 1; with `inputs` groups it is a depthwise convolution. */
  groups?: number;
  /** Distance of the filter's taps, default 1. */
  dilation?: number;
  /** Initialization of the filter. Default `he`. */
  initial?: FilterInitialization;
}

/** A convolution without bias. Its only parameter is the filter `[height, width, inputs / groups, outputs]`. */
export function conv(inputs: number, outputs: number, options: ConvOptions = {}): Layer {
  const {
    size = 3,
    stride = 1,
    groups = 1,
    dilation = 1,
    initial = 'he',
  } = checkOptions('conv', options, {
    ...{ size: ['number', 'array'], stride: 'number', padding: ['number', 'array'], groups: 'number' },
    ...{ dilation: 'number', initial: { oneOf: ['fixed', 'he'] } },
  });
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  const half = [height, width].map((side) => Math.floor(side / 2) * dilation) as [number, number];
  const padding = options.padding ?? half;
  const deviation = initial === 'he' ? Math.sqrt((2 * groups) / (height * width * outputs)) : 0.1;
  return {
    init: (rng) => ({
      params: normal(rng, [height, width, inputs / groups, outputs], deviation),
      statistics: {},
    }),
    apply: (variables, x) =>
      pure(
        groupedConvolution(x as tf.Tensor4D, tensorOf<tf.Tensor4D>(variables), {
          groups,
          stride,
          dilation,
          padding,
        }),
      ),
  };
}

/** Share of the old running statistics that remains after a batch, as with PyTorch's `momentum = 0.1`. */
const STATISTICS_DECAY = 0.9;

/** Batch normalization with a learned offset `beta`, and a learned scale `gamma` unless `fixedScale` is true. */
export const norm = (channels: number, options: { fixedScale?: boolean } = {}): Layer => {
  const { fixedScale = false } = checkOptions('norm', options, { fixedScale: 'boolean' });
  checkArguments('norm', { channels }, { channels: 'number' });
  return {
    init() {
      const beta = tf.zeros([channels]);
      return {
        params: fixedScale ? { beta } : { gamma: tf.ones([channels]), beta },
        statistics: { mean: tf.zeros([channels]), variance: tf.ones([channels]) },
      };
    },
    apply(variables, x, mode) {
      const beta = tensorOf<tf.Tensor1D>(variables, 'beta');
      const gamma = fixedScale
        ? (tf.onesLike(beta) as tf.Tensor1D)
        : tensorOf<tf.Tensor1D>(variables, 'gamma');
      const { mean, variance } = variables.statistics as { mean: tf.Tensor1D; variance: tf.Tensor1D };
      if (mode === 'inference') {
        return { output: batchNormInference(x, gamma, beta, mean, variance), statistics: { mean, variance } };
      }
      const batch = batchNormTrain(x, gamma, beta);
      const unbiased = tf.mul(batch.variance, batch.count / Math.max(1, batch.count - 1));
      return {
        output: batch.output,
        statistics: { mean: blend(mean, batch.mean), variance: blend(variance, unbiased) },
      };
    },
  };
};

const blend = (old: tf.Tensor, batch: tf.Tensor) =>
  tf.add(tf.mul(old, STATISTICS_DECAY), tf.mul(batch, 1 - STATISTICS_DECAY));

/** A factor and an offset per channel, `scale · x + shift`: a normalization with its statistics folded in. */
export const affine = (channels: number): Layer => ({
  init: () => ({ params: { scale: tf.ones([channels]), shift: tf.zeros([channels]) }, statistics: {} }),
  apply: (variables, x) =>
    pure(
      tf.add(tf.mul(x, tensorOf<tf.Tensor1D>(variables, 'scale')), tensorOf<tf.Tensor1D>(variables, 'shift')),
    ),
});

/** PReLU: one slope per channel for negative values, initially 0.25 as in its paper. */
export const prelu = (channels: number): Layer => {
  checkArguments('prelu', { channels }, { channels: 'number' });
  return {
    init: () => ({ params: tf.fill([channels], 0.25), statistics: {} }),
    apply: (variables, x) => pure(preluOf(x, tensorOf<tf.Tensor1D>(variables))),
  };
};

/**
 * A dense layer: `weight` `[inputs, outputs]` drawn from N(0, 1 / inputs), and `bias`, initially 0, unless disabled.
 */
export const dense = (inputs: number, outputs: number, options: { bias?: boolean } = {}): Layer => {
  const { bias = true } = checkOptions('dense', options, { bias: 'boolean' });
  checkArguments('dense', { inputs, outputs }, { inputs: 'number', outputs: 'number' });
  return {
    init(rng) {
      const weight = normal(rng, [inputs, outputs], Math.sqrt(1 / inputs));
      return { params: { weight, ...(bias && { bias: tf.zeros([outputs]) }) }, statistics: {} };
    },
    apply(variables, x) {
      const product = tf.matMul(x as tf.Tensor2D, tensorOf<tf.Tensor2D>(variables, 'weight'));
      return pure(bias ? tf.add(product, tensorOf<tf.Tensor1D>(variables, 'bias')) : product);
    },
  };
};

/** A layer without variables, from a function. */
export const stateless = (compute: (x: Features) => Features): Layer => ({
  init: () => ({ params: {}, statistics: {} }),
  apply: (_, x) => pure(compute(x)),
});

/** ReLU: `max(x, 0)`. */
export const relu: Layer = stateless((x) => reluOf(x));
/** Returns its input unchanged. */
export const identity: Layer = stateless((x) => x);

/** Max pooling that pads with −∞, as in PyTorch. */
export const maxPool = (size: number, stride: number, padding: number): Layer =>
  stateless((x) => tf.maxPool(x as tf.Tensor4D, size, stride, padding === 0 ? 'valid' : padding));

/** Average pooling without padding. */
export const averagePool = (size: number, stride: number): Layer =>
  stateless((x) => tf.avgPool(x as tf.Tensor4D, size, stride, 'valid'));

/** Global average pooling over height and width: `[B, H, W, C]` to `[B, C]`. */
export const globalAverage: Layer = stateless((x) => tf.mean<tf.Tensor2D>(x, [1, 2]));

/** Flattens `[B, H, W, C]` to `[B, H·W·C]`. */
export const flatten: Layer = stateless((x) => tf.reshape<tf.Rank.R2>(x, [x.shape[0], x.size / x.shape[0]]));

/** Runs layers one after another. Their names (in a list, their indices) are the names of their variables. */
export function sequential(layers: Readonly<Record<string, Layer>> | readonly Layer[]): Layer {
  checkArguments('sequential', { layers }, { layers: 'object' });
  const parts = Object.entries<Layer>(layers as Readonly<Record<string, Layer>>);
  return {
    init(rng) {
      const whole = { params: {} as Params, statistics: {} as Params };
      for (const [name, layer] of parts) {
        const { params, statistics } = layer.init(rng);
        if (!isEmpty(params)) whole.params[name] = params;
        if (!isEmpty(statistics)) whole.statistics[name] = statistics;
      }
      return whole;
    },
    apply(variables, x, mode) {
      let output = x;
      const statistics: Params = {};
      for (const [name, layer] of parts) {
        const pass = layer.apply(partOf(variables, name), output, mode);
        if (!isEmpty(pass.statistics)) statistics[name] = pass.statistics;
        output = pass.output;
      }
      return { output, statistics };
    },
  };
}

/** Joins the two branches of a residual layer. */
export type Sum = (body: Features, shortcut: Features) => tf.Tensor;

/** The sum of a body and a shortcut around it. Their variables are in one object, so their names must differ. */
export const residual = (body: Layer, shortcut: Layer = identity, sum: Sum = tf.add): Layer => ({
  init(rng) {
    const [ours, theirs] = [body.init(rng), shortcut.init(rng)];
    return {
      params: { ...(ours.params as Params), ...(theirs.params as Params) },
      statistics: { ...ours.statistics, ...theirs.statistics },
    };
  },
  apply(variables, x, mode) {
    const [ours, theirs] = [body.apply(variables, x, mode), shortcut.apply(variables, x, mode)];
    return {
      output: sum(ours.output, theirs.output) as Features,
      statistics: { ...ours.statistics, ...theirs.statistics },
    };
  },
});

const pure = (output: tf.Tensor) => ({ output: output as Features, statistics: {} });

const isEmpty = (tree: Params | tf.Tensor): boolean =>
  !(tree instanceof tf.Tensor) && Object.keys(tree).length === 0;

function partOf({ params, statistics, name: whole }: LayerVariables, name: string): LayerVariables {
  return {
    params: (params instanceof tf.Tensor ? undefined : params[name]) ?? {},
    statistics: (statistics[name] ?? {}) as Params,
    name: whole === undefined ? name : `${whole}.${name}`,
  };
}

/** Returns a parameter of a layer by name, or its only one. */
export function tensorOf<T extends tf.Tensor>({ params, name: place }: LayerVariables, name?: string): T {
  const value = name === undefined || params instanceof tf.Tensor ? params : params[name];
  if (value instanceof tf.Tensor) return value as T;
  const wanted = [place, name].filter((part) => part !== undefined).join('.');
  throw new InvalidArgumentError({
    where: 'Backbone.apply',
    expected: `a tensor named "${wanted}"`,
    received: 'parameters without it',
    fix: 'Pass the variables of a network of the same configuration.',
  });
}

/** Returns a tensor drawn from N(0, deviation²), value by value in row-major order. */
export function normal(rng: Rng, shape: number[], deviation: number): tf.Tensor {
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal(0, deviation));
  return tf.tensor(values, shape);
}
