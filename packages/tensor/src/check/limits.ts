import { InvalidArgumentError } from '../errors.ts';

/**
 * Upper limits of what an option or a file may ask for, far above what anyone needs. A number beyond them is a mistake
 * or an attack, and is refused before it costs memory, threads or minutes.
 */
export const limits = {
  /** Worker threads. */
  workers: 256,
  /** Threads of ONNX Runtime. */
  threads: 1024,
  /** Images in a batch, or prepared ahead. */
  batchSize: 65_536,
  /** Dimensions of an embedding. */
  embeddingSize: 65_536,
  /** Side of a network's input images, in pixels. */
  imageSide: 4096,
  /** Identities in a data set. */
  classes: 2 ** 27,
  /** Pairs in a list. */
  pairs: 5_000_000,
} as const;

/**
 * Checks a whole number against its limit.
 *
 * @throws {InvalidArgumentError} unless it is whole and from `least` (default 1) to the limit.
 */
export function assertWithin(where: string, name: keyof typeof limits, value: number, least = 1): void {
  const most = limits[name];
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new InvalidArgumentError({
    where,
    expected: `${name} from ${least} to ${most}`,
    received: value,
    fix: `Choose a whole number of at most ${most}.`,
    fields: { name, value, least, most },
  });
}
