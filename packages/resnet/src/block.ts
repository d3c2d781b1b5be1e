import type { Rng } from '@hm/tensor';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Variables } from './backbone.ts';
import type { Scope } from './scope.ts';

/** Channels that a residual block reads and writes, and the stride with which it does. */
export interface BlockShape {
  inputs: number;
  outputs: number;
  stride: number;
}

/** A kind of residual block. */
export interface Block {
  init(rng: Rng, shape: BlockShape): Variables;
  apply(scope: Scope, x: Tensor4D, shape: BlockShape): Tensor4D;
}

/** Whether the shortcut needs a convolution because size or channels change. */
export const projects = ({ inputs, outputs, stride }: BlockShape): boolean =>
  stride !== 1 || inputs !== outputs;
