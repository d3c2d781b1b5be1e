import type { Batch } from '@hm/datasets';
import { type HostTensor, NonFiniteError } from '@hm/tensor/host';

/** Name of the first tensor with a value that is not finite. */
export const firstNonFinite = (tensors: Readonly<Record<string, HostTensor>>): string | undefined =>
  Object.keys(tensors).find((name) => !allFinite(tensors[name]!));

/**
 * Checks the sum instead of each value: finite float32 values have a finite sum in double precision, and any other
 * value makes the sum non-finite.
 */
function allFinite({ data, dtype }: HostTensor): boolean {
  if (dtype !== 'float32') return true;
  const values = data as Float32Array;
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return Number.isFinite(sum);
}

/**
 * Error that ends a run whose loss or state is not finite. `step` counts from 1. `loss` is undefined if it was finite.
 * `rank` is the process in whose part of the batch it began.
 */
export function nonFinite(
  step: number,
  loss: number | undefined,
  inputs: Partial<Pick<Batch, 'images'>>,
  state: Readonly<Record<string, HostTensor>>,
  checkpoint: string | undefined,
  rank?: number,
): NonFiniteError {
  const tensors = inputs.images === undefined ? state : { images: inputs.images, ...state };
  const tensor = firstNonFinite(tensors) ?? 'loss';
  return new NonFiniteError({
    where: `train, step ${step}`,
    expected: 'finite numbers',
    received: `${loss === undefined ? '' : `loss ${loss}; `}the first tensor that is not finite is "${tensor}"`,
    fix: `Lower the learning rate, lengthen the warm-up or set clipNorm. ${kept(checkpoint)}`,
    fields: { step, loss, tensor, checkpoint, ...(rank === undefined ? {} : { rank }) },
  });
}

/** Error that ends a run whose gradients overflow half precision even though the loss is not scaled any more. */
export const overflows = (step: number, checkpoint: string | undefined): NonFiniteError =>
  new NonFiniteError({
    where: `train, step ${step}`,
    expected: 'gradients that half precision can hold',
    received: 'an overflow although the loss is not scaled any more',
    fix: `Train without mixedPrecision, or lower the learning rate. ${kept(checkpoint)}`,
    fields: { step, checkpoint },
  });

const kept = (checkpoint: string | undefined) =>
  checkpoint === undefined ? 'There is no checkpoint yet.' : `The last good checkpoint is ${checkpoint}.`;
