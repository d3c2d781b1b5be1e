import * as tf from '@tensorflow/tfjs-core';
import { type Case, type Cases, on } from '../case.ts';
import { channelCounts, floats, image, vector } from '../inputs.ts';

type Pad =
  | 'same'
  | 'valid'
  | number
  | [[number, number], [number, number], [number, number], [number, number]];

const explicit: Pad = [
  [0, 0],
  [1, 2],
  [0, 1],
  [0, 0],
];
const slope = { gradients: true };

interface Geometry {
  batch?: number;
  size?: [number, number];
  channels?: [number, number];
  window?: [number, number];
  stride?: number | [number, number];
  pad?: Pad;
}

const described = ({
  batch = 1,
  size = [5, 6],
  channels = [16, 16],
  window = [3, 3],
  stride = 1,
  pad = 'same',
}: Geometry) => ({
  batch,
  size,
  channels,
  window,
  stride,
  pad,
  name: `${batch}×${size.join('×')}, ${channels.join(' to ')} channels, ${window.join('×')}, stride ${stride}, pad ${pad}`,
});

/** Convolves an input of the graph, so that inputs and output are in tfjs's own order. */
function bare(geometry: Geometry): Case {
  const { name, batch, size, channels, window, stride, pad } = described(geometry);
  return on(
    name,
    (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad),
    [floats([batch, ...size, channels[0]]), floats([...window, ...channels])],
    slope,
  );
}

/** Convolves between other convolutions, so that image and gradient are in a convolution's layout. */
function between(geometry: Geometry): Case {
  const { name, batch, size, channels, window, stride, pad } = described(geometry);
  return on(
    `${name}, between convolutions`,
    (x, filter) => tf.relu(image(tf.conv2d(image(x), filter as tf.Tensor4D, stride, pad))),
    [floats([batch, ...size, channels[0]]), floats([...window, ...channels])],
    slope,
  );
}

const windows: [number, number][] = [
  [1, 1],
  [2, 2],
  [3, 3],
  [5, 5],
  [7, 7],
  [3, 1],
];
const geometries: Geometry[] = [
  ...windows.flatMap((window) =>
    [1, 2, 3].flatMap((stride) =>
      (['same', 'valid', 1, explicit] as Pad[]).flatMap((pad) => [
        { window, stride, pad, size: [7, 8] as [number, number] },
        { window, stride, pad, size: [8, 7] as [number, number], channels: [3, 5] as [number, number] },
      ]),
    ),
  ),
  ...[3, 5, 8, 16, 32].flatMap((from) =>
    [5, 8, 16, 32].flatMap((to) =>
      [1, 2].map((stride) => ({
        channels: [from, to] as [number, number],
        stride,
        batch: 3,
        size: [3, 4] as [number, number],
      })),
    ),
  ),
  { batch: 3, stride: [1, 2], size: [5, 5] },
  { size: [1, 1], window: [3, 3] },
  { size: [2, 2], window: [3, 3], stride: 2, batch: 3 },
  { size: [1, 1], window: [1, 1], channels: [32, 16] },
];

// Padding that leaves whole windows outside the image makes no sense with the smallest windows.
const sensible = ({ window = [3, 3], pad = 'same' }: Geometry) =>
  typeof pad === 'string' || Math.min(...window) > 1;
const convolutions = geometries
  .filter(sensible)
  .flatMap((geometry, index) => [bare(geometry), ...(index % 2 === 0 ? [between(geometry)] : [])]);

const chained = on(
  'a stem and a residual block',
  (x, stem, first, second) => {
    const conv = (a: tf.Tensor, filter: tf.Tensor, stride = 1) =>
      tf.conv2d(a as tf.Tensor4D, filter as tf.Tensor4D, stride, 'same');
    const start = tf.relu(conv(x, stem, 2));
    const end = conv(tf.relu(conv(start, first)), second);
    return tf.mean(tf.relu(tf.add(end, start)), [1, 2]);
  },
  [
    floats([2, 9, 8, 3]),
    floats([3, 3, 3, 16]),
    floats([3, 3, 16, 16], -0.3, 0.3),
    floats([3, 3, 16, 16], -0.2, 0.2),
  ],
  slope,
);

const dilated = [1, 2].map((rate) =>
  on(
    `dilation ${rate}`,
    (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same', 'NHWC', rate),
    [floats([1, 7, 6, 16]), floats([3, 3, 16, 16])],
  ),
);

/** tfjs's own gradient ignores the rounding. */
const rounded = (['floor', 'round', 'ceil'] as const).map((mode) =>
  on(
    `rounding ${mode}`,
    (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, 0, 'NHWC', 1, mode),
    [floats([1, 6, 7, 16]), floats([3, 3, 16, 16])],
  ),
);

const fused = (['linear', 'relu'] as const).flatMap((activation) =>
  [16, 5].flatMap((c) => [
    on(
      `${activation}, ${c} channels`,
      (x, filter) =>
        tf.fused.conv2d({
          x: x as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          strides: 1,
          pad: 'same',
          activation,
        }),
      [floats([2, 4, 3, c]), floats([3, 3, c, 16])],
    ),
    on(
      `${activation} and a bias, ${c} channels`,
      (x, filter, bias) =>
        tf.fused.conv2d({
          x: x as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          strides: 2,
          pad: 'same',
          bias,
          activation,
        }),
      [floats([2, 4, 3, c]), floats([3, 3, c, 16]), floats([16])],
    ),
  ]),
);

const depthwise = [1, 2].flatMap((stride) =>
  [1, 2].flatMap((multiplier) =>
    (['same', 'valid', 1] as const).flatMap((pad) =>
      channelCounts.map((c) =>
        on(
          `stride ${stride}, multiplier ${multiplier}, pad ${pad}, ${c} channels`,
          (x, filter) => image(tf.depthwiseConv2d(image(x), filter as tf.Tensor4D, stride, pad)),
          [floats([2, 5, 6, c]), floats([3, 3, c, multiplier])],
          slope,
        ),
      ),
    ),
  ),
);

/** Windows as large as the image, of size five, and smaller than their stride. */
const unusual = channelCounts.flatMap((c) =>
  (
    [
      [5, 1, 2],
      [5, 2, 2],
      [6, 1, 'valid'],
      [1, 2, 'valid'],
      [2, 3, 'valid'],
    ] as const
  ).map(([size, stride, pad]) =>
    on(
      `${size}×${size}, stride ${stride}, pad ${pad}, ${c} channels`,
      (x, filter) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad),
      [floats([3, 6, 7, c]), floats([size, size, c, 1])],
      slope,
    ),
  ),
);

const pools = (pool: (x: tf.Tensor4D, size: number, stride: number, pad: Pad) => tf.Tensor4D): Case[] =>
  [2, 3].flatMap((size) =>
    [1, 2].flatMap((stride) =>
      (['same', 'valid', 1] as Pad[]).flatMap((pad) => [
        ...channelCounts.flatMap((c) => [
          on(
            `${size}×${size}, stride ${stride}, pad ${pad}, an image of ${c} channels`,
            (x) => image(pool(image(x), size, stride, pad)),
            [floats([2, 7, 6, c])],
            slope,
          ),
          on(
            `${size}×${size}, stride ${stride}, pad ${pad}, ${c} channels`,
            (x) => pool(x as tf.Tensor4D, size, stride, pad),
            [floats([1, 5, 6, c])],
            slope,
          ),
        ]),
      ]),
    ),
  );

const maxPool = (x: tf.Tensor4D, size: number, stride: number, pad: Pad) =>
  tf.maxPool(x, size, stride, pad as 'same');
const avgPool = (x: tf.Tensor4D, size: number, stride: number, pad: Pad) =>
  tf.avgPool(x, size, stride, pad as 'same');

/** After a rectifier many windows contain only zeros; all of the gradient goes to the first maximum. */
const ties = [16, 5, 3].flatMap((c) =>
  [2, 3].map((size) =>
    on(
      `ties, ${size}×${size}, ${c} channels`,
      (x) => tf.maxPool(tf.relu(tf.round(image(x))), size, 2, 'same'),
      [floats([2, 7, 6, c])],
      slope,
    ),
  ),
);

const normalized = [16, 5].flatMap((c) =>
  [true, false].flatMap((scaled) =>
    [true, false].flatMap((shifted) => {
      const f = (x: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) =>
        tf.batchNorm(
          x,
          mean as tf.Tensor1D,
          variance as tf.Tensor1D,
          shifted ? (offset as tf.Tensor1D) : undefined,
          scaled ? (scale as tf.Tensor1D) : undefined,
          1e-3,
        );
      const used = (...inputs: tf.Tensor[]) =>
        tf.add(
          f(...(inputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor])),
          tf.mul(tf.add(inputs[3]!, inputs[4]!), 0.1),
        );
      const vectors = [floats([c]), floats([c], 0.5, 2), floats([c], 0.5, 2, 1), floats([c], -1, 1, 2)];
      // tfjs's own gradient needs both scale and offset.
      const differentiable = { gradients: scaled && shifted };
      const name = `${c} channels, scale ${scaled}, offset ${shifted}`;
      return [
        on(
          `an image, ${name}`,
          (x, ...rest) => image(used(image(x), ...rest)),
          [floats([2, 3, 2, c]), ...vectors],
          differentiable,
        ),
        on(`an input, ${name}`, used, [floats([2, 3, 2, c]), ...vectors], differentiable),
        on(
          `a matrix, ${name}`,
          (x, ...rest) => tf.squeeze(used(tf.reshape(x, [4, 1, 1, c]), ...rest)),
          [floats([4, c]), ...vectors],
          differentiable,
        ),
      ];
    }),
  ),
);

const constantStatistics = [16, 5].map((c) =>
  on(
    `constant statistics, ${c} channels`,
    (x) => tf.batchNorm(image(x), tf.zeros([c]), tf.ones([c]), tf.zeros([c]), tf.ones([c]), 0),
    [floats([2, 3, 2, c])],
  ),
);

/** Cases of convolutions, pooling and normalisation, with the kernels of their gradients. */
export const convolutionCases: Cases = {
  Conv2D: [...convolutions, chained, ...dilated, ...rounded],
  Conv2DBackpropInput: convolutions.filter((_, index) => index % 9 === 0),
  Conv2DBackpropFilter: convolutions.filter((_, index) => index % 9 === 0),
  FusedConv2D: fused,
  DepthwiseConv2dNative: [...depthwise, ...unusual],
  DepthwiseConv2dNativeBackpropInput: unusual.slice(0, 2),
  DepthwiseConv2dNativeBackpropFilter: unusual.slice(0, 2),
  MaxPool: [
    ...pools(maxPool),
    ...ties,
    on('not a number', (x) => tf.maxPool(tf.reshape(x, [1, 2, 2, 1]) as tf.Tensor4D, 2, 1, 'valid'), [
      vector(1, -5, -7, 3),
    ]),
  ],
  MaxPoolGrad: ties,
  AvgPool: pools(avgPool),
  AvgPoolGrad: pools(avgPool).slice(0, 4),
  FusedBatchNorm: [...normalized, ...constantStatistics],
};
