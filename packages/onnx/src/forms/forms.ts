import type { backend_util } from '@tensorflow/tfjs-core';
import type { TileSize, Tiling } from '../winograd/tiling.ts';

/**
 * How a convolution is computed: directly, or by Winograd's minimal filtering with 2×2 or 4×4 results per tile. The
 * tiles are gathered from the image, or stay in ONNX Runtime's blocks of channels.
 */
export type Form = 'direct' | 'winograd-2' | 'winograd-4' | 'winograd-4-in-blocks';

/** What a convolution computes: its result, or the gradient with respect to its image or its filter. */
export type Direction = 'forward' | 'input-gradient' | 'filter-gradient';

/** Forms of each direction, the direct one first. */
export const formsOf: Record<Direction | 'inference', readonly Form[]> = {
  forward: ['direct', 'winograd-2', 'winograd-4'],
  'input-gradient': ['direct', 'winograd-2', 'winograd-4'],
  'filter-gradient': ['direct', 'winograd-2', 'winograd-4'],
  inference: ['direct', 'winograd-4', 'winograd-4-in-blocks'],
};

/** The properties of a convolution in a step that affect its speed. */
export interface ConvolutionShape {
  direction: Direction;
  /** Image `[N, H, W, C]`, and filter `[H, W, I, O]`, of the forward pass. */
  image: readonly [number, number, number, number];
  filter: readonly [number, number, number, number];
  /** Padding above, left, below and right. */
  pads: readonly [number, number, number, number];
}

/** Chooses a form for each convolution that has more than one. */
export type ChooseForm = (convolution: ConvolutionShape) => Form;

/** Form of each convolution of a step that is not computed directly, by the convolution's name. */
export type Kernels = Readonly<Record<string, Form>>;

/** Returns the name of a convolution, under which choices are stored. */
export const nameOf = ({
  direction,
  image,
  filter,
  pads,
}: Omit<ConvolutionShape, 'direction'> & { direction: Direction | 'inference' }): string =>
  `${direction} ${image.join('×')} by ${filter.join('×')} pad ${pads.join(',')}`;

/** Returns the shape of a convolution that has other forms than the direct one: 3×3, stride 1, not dilated. */
function shapeOf(info: backend_util.Conv2DInfo, direction: Direction): ConvolutionShape | undefined {
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo } =
    info;
  const plain = [strideHeight, strideWidth, dilationHeight, dilationWidth].every((size) => size === 1);
  if (!plain || filterHeight !== 3 || filterWidth !== 3) return undefined;
  const { top, left, bottom, right } = padInfo;
  return {
    direction,
    image: [info.batchSize, info.inHeight, info.inWidth, info.inChannels],
    filter: [3, 3, info.inChannels, info.outChannels],
    pads: [top, left, bottom, right],
  };
}

/** Returns the tiling of a direction of a convolution, if a form with tiles is chosen for it. */
export function tilingFor(
  { chooseForm }: { chooseForm: ChooseForm },
  info: backend_util.Conv2DInfo,
  direction: Direction,
): Tiling | undefined {
  const shape = shapeOf(info, direction);
  const form = shape === undefined ? 'direct' : chooseForm(shape);
  return form === 'direct' ? undefined : tilingOf(shape!, form);
}

/** Returns the tiling of a direction. For the gradient with respect to the image, dy is what is convolved. */
function tilingOf({ direction, image, pads }: ConvolutionShape, form: Exclude<Form, 'direct'>): Tiling {
  const [batch, height, width] = image;
  const [top, left, bottom, right] = pads;
  const size: TileSize = form === 'winograd-2' ? 2 : 4;
  const results = [height + top + bottom - 2, width + left + right - 2] as const;
  return direction === 'input-gradient'
    ? { size, batch, inputs: results, outputs: [height, width], pads: [2 - top, 2 - left] }
    : { size, batch, inputs: [height, width], outputs: results, pads: [top, left] };
}
