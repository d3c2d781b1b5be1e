import { type HostTensor, InvalidArgumentError } from '@hm/tensor/host';

/** @throws {InvalidArgumentError} unless the gallery has rows and the shape `[N, D]`. */
export function assertGallery({ shape }: HostTensor<'float32'>): void {
  if (shape.length === 2 && shape[0]! > 0 && shape[1]! > 0) return;
  throw invalid('a gallery of embeddings [N, D]', `[${shape.join(', ')}]`, 'Embed at least one image.');
}

/** @throws {InvalidArgumentError} if the probes do not match the gallery, or `top` is not a positive whole number. */
export function assertProbes({ shape }: HostTensor<'float32'>, dimensions: number, top: number): void {
  if (shape.length !== 2 || shape[1] !== dimensions) {
    const fix = 'Embed both with one model and one flip.';
    throw invalid(`probes [P, ${dimensions}], as the gallery`, `[${shape.join(', ')}]`, fix);
  }
  if (!Number.isInteger(top) || top < 1)
    throw invalid('top as a whole number of at least 1', top, 'Ask for 1 or more.');
}

const invalid = (expected: string, received: unknown, fix: string) =>
  new InvalidArgumentError({ where: 'search', expected, received, fix });
