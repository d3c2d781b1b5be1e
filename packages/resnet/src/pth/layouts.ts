import type { Backbone } from '../backbone.ts';
import { backboneByName } from '../backbone-by-name.ts';

/** A network and the names of its modules in a PyTorch project. */
export interface Layout {
  /** The project that the names are from. */
  readonly source: string;
  /** The network's name. */
  readonly network: string;
  /** The options that make it this network. Undefined marks an option that must not be given. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Returns their name for one of our modules, such as `blocks.3.norm1`, or undefined if they have none. */
  module(ours: string): string | undefined;
  /** Returns the network's sizes from the shapes in a file. `shapeOf` returns their shape of one of our values. */
  sizes(shapeOf: (ours: string) => readonly number[]): {
    width: number;
    imageSize?: [number, number] | undefined;
  };
  /** True if the network takes blue, green, red. Our first filter has them reversed, so it takes red, green, blue. */
  readonly takesBgr?: true;
  /** Names of their tensors that are 1 everywhere and have no counterpart here. */
  readonly ones?: readonly string[];
  /** True if the embedding's normalization has no offset. Ours is 0, or becomes part of the mean. */
  readonly withoutOffset?: true;
}

const DEPTHS = { 18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 14, 3], 100: [3, 13, 30, 3] } as const;
type Depth = keyof typeof DEPTHS;

/** Returns the name of a block by its index, such as `layer2.0` for the third block if the first stage has two. */
function inStages(depth: Depth): (index: number) => string {
  const places = DEPTHS[depth].flatMap((blocks, stage) =>
    Array.from({ length: blocks }, (_, index) => `layer${stage + 1}.${index}`),
  );
  return (index) => places[index]!;
}

/** Combines the names of modules outside of blocks, of blocks, and of modules inside a block. */
function names(
  outside: Readonly<Record<string, string>>,
  blockOf: (index: number) => string,
  inside: Readonly<Record<string, string>>,
): Layout['module'] {
  return (ours) => {
    const [, index, part] = /^blocks\.(\d+)\.(.+)$/.exec(ours) ?? [];
    if (index === undefined) return outside[ours];
    const name = inside[part!];
    return name && `${blockOf(Number(index))}.${name}`;
  };
}

const IR = { stem: 'face', block: 'ir', head: 'E' };

const insightface = (depth: Depth): Layout => ({
  source: "InsightFace's arcface_torch",
  network: `iresnet${depth}`,
  options: { ...IR, shortcut: undefined },
  module: names(
    {
      'stem.filter': 'conv1',
      'stem.norm': 'bn1',
      'stem.slopes': 'prelu',
      'head.norm': 'bn2',
      'head.dense': 'fc',
      'head.embeddingNorm': 'features',
    },
    inStages(depth),
    {
      norm1: 'bn1',
      filter1: 'conv1',
      norm2: 'bn2',
      slopes: 'prelu',
      filter2: 'conv2',
      norm3: 'bn3',
      shortcut: 'downsample.0',
      shortcutNorm: 'downsample.1',
    },
  ),
  sizes: sizesOfMap,
  ones: ['features.weight'],
});

const adaFace = (depth: Depth): Layout => ({
  source: 'AdaFace',
  network: `iresnet${depth}`,
  options: { ...IR, shortcut: 'subsample' },
  module: names(
    {
      'stem.filter': 'input_layer.0',
      'stem.norm': 'input_layer.1',
      'stem.slopes': 'input_layer.2',
      'head.norm': 'output_layer.0',
      'head.dense': 'output_layer.3',
      'head.embeddingNorm': 'output_layer.4',
    },
    (index) => `body.${index}`,
    {
      norm1: 'res_layer.0',
      filter1: 'res_layer.1',
      norm2: 'res_layer.2',
      slopes: 'res_layer.3',
      filter2: 'res_layer.4',
      norm3: 'res_layer.5',
      shortcut: 'shortcut_layer.0',
      shortcutNorm: 'shortcut_layer.1',
    },
  ),
  sizes: sizesOfMap,
  takesBgr: true,
  withoutOffset: true,
});

const torchvision = (depth: 18 | 34): Layout => ({
  source: 'torchvision',
  network: `resnet${depth}`,
  options: { stem: 'imagenet', block: 'basic', head: 'gap', embeddingNorm: false },
  module: names({ 'stem.filter': 'conv1', 'stem.norm': 'bn1', 'head.dense': 'fc' }, inStages(depth), {
    filter1: 'conv1',
    norm1: 'bn1',
    filter2: 'conv2',
    norm2: 'bn2',
    shortcut: 'downsample.0',
    shortcutNorm: 'downsample.1',
  }),
  sizes: (shapeOf) => ({ width: shapeOf('stem.filter')[0]! }),
});

const MOBILE_BLOCKS = [
  'layers.2',
  ...[0, 1, 2, 3].map((block) => `layers.3.layers.${block}`),
  'layers.4',
  ...[0, 1, 2, 3, 4, 5].map((block) => `layers.5.layers.${block}`),
  'layers.6',
  ...[0, 1].map((block) => `layers.7.layers.${block}`),
];

/** Names of a convolution, its normalization and PReLU, which arcface_torch numbers. */
const numbered = (ours: string, theirs: string) => ({
  [`${ours}.filter`]: `${theirs}.layers.0`,
  [`${ours}.norm`]: `${theirs}.layers.1`,
  [`${ours}.slopes`]: `${theirs}.layers.2`,
});

const mobileFaceNet: Layout = {
  source: "InsightFace's arcface_torch",
  network: 'mobilefacenet',
  options: {},
  module: names(
    {
      ...numbered('stem', 'layers.0'),
      ...numbered('depthwise', 'layers.1'),
      ...numbered('last', 'conv_sep'),
      ...numbered('head.mean', 'features.layers.0'),
      'head.dense': 'features.layers.2',
      'head.embeddingNorm': 'features.layers.3',
    },
    (index) => MOBILE_BLOCKS[index]!,
    {
      ...numbered('expand', 'layers.0'),
      ...numbered('depthwise', 'layers.1'),
      ...numbered('project', 'layers.2'),
    },
  ),
  sizes(shapeOf) {
    const [, , height = 7, width = height] = shapeOf('head.mean.filter');
    return { width: shapeOf('stem.filter')[0]! / 64, imageSize: [16 * height, 16 * width] };
  },
};

/**
 * Returns the width and image size of a network with head E, whose dense layer has a column for each position and
 * channel of the map.
 */
function sizesOfMap(shapeOf: (ours: string) => readonly number[]) {
  const side = 16 * Math.sqrt(shapeOf('head.dense.weight')[1]! / shapeOf('head.norm.gamma')[0]!);
  const imageSize: [number, number] | undefined = Number.isInteger(side) ? [side, side] : undefined;
  return { width: shapeOf('stem.filter')[0]!, imageSize };
}

/** All networks with known names in PyTorch. */
export const layouts: readonly Layout[] = [
  ...[18, 34, 50, 100].map((depth) => insightface(depth as Depth)),
  ...[18, 34, 50, 100].map((depth) => adaFace(depth as Depth)),
  ...[18, 34].map((depth) => torchvision(depth as 18 | 34)),
  mobileFaceNet,
];

/** Returns the layout of a backbone, if there is one. */
export const layoutOf = ({ name, config }: Pick<Backbone, 'name' | 'config'>): Layout | undefined =>
  layouts.find(
    ({ network, options }) =>
      [network, network.replace('iresnet', 'resnet')].includes(name) &&
      Object.entries(options).every(([option, value]) => config[option] === value),
  );

/** Makes the network of a layout. */
export const networkOf = ({ network, options }: Layout, more: object): Backbone =>
  backboneByName(network, { ...options, ...more });
