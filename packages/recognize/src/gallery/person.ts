import { InvalidArgumentError } from '@hm/tensor/host';

/** Someone in a gallery. */
export interface Person {
  name: string;
  /** How many went into the template. */
  photographs: number;
  /** Sum of their weights. */
  weight: number;
  /** When, as ISO 8601. */
  enrolled: string;
  updated: string;
}

const LONGEST = 200;

/**
 * A name as it is kept: in Unicode's composed form, without blanks around it.
 *
 * @throws {InvalidArgumentError} if it is empty, too long, or holds a slash or a control character.
 */
export function checkName(name: string): string {
  const kept = typeof name === 'string' ? name.normalize('NFC').trim() : '';
  if (kept.length > 0 && kept.length <= LONGEST && !/[\p{Cc}\p{Zl}\p{Zp}/\\]/u.test(kept)) return kept;
  throw new InvalidArgumentError({
    where: 'gallery',
    expected: `a name of 1 to ${LONGEST} characters, without slashes or control characters`,
    received:
      typeof name !== 'string'
        ? typeof name
        : kept.length > 60
          ? `${JSON.stringify(kept.slice(0, 40))}… of ${kept.length}`
          : JSON.stringify(kept),
    fix: 'Give another name.',
  });
}
