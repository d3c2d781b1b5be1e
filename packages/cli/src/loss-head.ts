import type { Head, HeadOptions } from '@hm/losses';
import { InvalidArgumentError } from '@hm/tensor/host';

/** A loss by its name. @throws {InvalidArgumentError} if an option is none of that loss's. */
export async function lossHead(name: string, options: Record<string, unknown> = {}): Promise<Head> {
  const { headByName } = await import('@hm/losses');
  const head = headByName(name, options as HeadOptions);
  assertKnown(name, options, head.config);
  return head;
}

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
