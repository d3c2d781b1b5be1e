import type { backend_util } from '@tensorflow/tfjs-core';
import type { TileSize, Tiling } from '../winograd/tiling.ts';

/**
 * How a convolution is computed: as it stands, or by Winograd's minimal filtering with 2×2 or 4×4 results to a tile, whose
 * tiles are picked out of the image, or stay in ONNX Runtime's blocks of channels.
 */
export type Form = 'direct' | 'winograd-2' | 'winograd-4' | 'winograd-4-in-blocks';

/** What a convolution computes: its image, or the gradient in its image or its filter. */
export type Direction = 'forward' | 'input-gradient' | 'filter-gradient';

/** The forms that a direction has, the direct one first. */
export const formsOf: Record<Direction | 'inference', readonly Form[]> = {
  forward: ['direct', 'winograd-2', 'winograd-4'],
  'input-gradient': ['direct', 'winograd-2', 'winograd-4'],
  'filter-gradient': ['direct', 'winograd-2', 'winograd-4'],
  inference: ['direct', 'winograd-4', 'winograd-4-in-blocks'],
};

/** A convolution of a step, as far as its speed depends on it. */
export interface ConvolutionShape {
  direction: Direction;
  /** Image `[N, H, W, C]`, and filter `[H, W, I, O]`, of the forward pass. */
  image: readonly [number, number, number, number];
  filter: readonly [number, number, number, number];
  /** Above, left, below, right. */
  pads: readonly [number, number, number, number];
}

/** Chooses a form for each convolution that has more than one. */
export type ChooseForm = (convolution: ConvolutionShape) => Form;

/** The form of each convolution of a step that is not computed directly, by the convolution's name. */
export type Kernels = Readonly<Record<string, Form>>;

/** A name for a convolution, by which choices are kept. */
export const nameOf = ({
  direction,
  image,
  filter,
  pads,
}: Omit<ConvolutionShape, 'direction'> & { direction: Direction | 'inference' }): string =>
  `${direction} ${image.join('×')} by ${filter.join('×')} pad ${pads.join(',')}`;

/** A convolution's shape, if other forms than the direct one compute it: 3×3, stride 1, not dilated. */
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

/** The tiles by which a direction of a convolution is computed, if a form with tiles is chosen for it. */
export function tilingFor(
  { chooseForm }: { chooseForm: ChooseForm },
  info: backend_util.Conv2DInfo,
  direction: Direction,
): Tiling | undefined {
  const shape = shapeOf(info, direction);
  const form = shape === undefined ? 'direct' : chooseForm(shape);
  return form === 'direct' ? undefined : tilingOf(shape!, form);
}

/** The tiles of a direction: for the gradient in the image, dy is what is convolved. */
function tilingOf({ direction, image, pads }: ConvolutionShape, form: Exclude<Form, 'direct'>): Tiling {
  const [batch, height, width] = image;
  const [top, left, bottom, right] = pads;
  const size: TileSize = form === 'winograd-2' ? 2 : 4;
  const results = [height + top + bottom - 2, width + left + right - 2] as const;
  return direction === 'input-gradient'
    ? { size, batch, inputs: results, outputs: [height, width], pads: [2 - top, 2 - left] }
    : { size, batch, inputs: [height, width], outputs: results, pads: [top, left] };
}
