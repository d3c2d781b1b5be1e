import type { Head } from '@hm/losses';
import { InvalidArgumentError } from '@hm/tensor/host';

/**
 * A loss by its name, with smoothed targets if a share is given: inside of hard mining and the like.
 *
 * @throws {InvalidArgumentError} if an option is none of that loss's.
 */
export async function lossHead(
  name: string,
  options: Record<string, unknown> = {},
  labelSmoothing?: number,
): Promise<Head> {
  const { headOf } = await import('@hm/train');
  const smoothed = labelSmoothing === undefined ? {} : { labelSmoothing };
  const head = headOf(labelSmoothing === undefined ? name : withSmoothing(name), { ...options, ...smoothed });
  assertKnown(name, options, head.config);
  return head;
}

const withSmoothing = (name: string) => name.replace(/^((?:hm-|focal-|ohem-|adaptive-)*)/, '$1smooth-');

function assertKnown(
  name: string,
  given: Record<string, unknown>,
  known: Readonly<Record<string, unknown>>,
): void {
  const unknown = Object.keys(given).filter((option) => !(option in known));
  if (unknown.length === 0) return;
  throw new InvalidArgumentError({
    where: `--loss-options of ${name}`,
    expected: `options among ${Object.keys(known).join(', ') || 'none'}`,
    received: unknown.join(', '),
    fix: 'Take the names from the table of losses in the README of @hm/losses.',
  });
}
