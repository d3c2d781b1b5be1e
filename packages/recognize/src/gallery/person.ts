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

/** Whether that is what a file says of someone. */
export const isPerson = (value: unknown): value is Person => {
  const { name, photographs, weight, enrolled, updated } = (value ?? {}) as Partial<Person>;
  return (
    [name, enrolled, updated].every((text) => typeof text === 'string') &&
    [photographs, weight].every(Number.isFinite) &&
    isName(name!)
  );
};

const isName = (name: string) =>
  name.length > 0 && name.length <= LONGEST && !/[\p{Cc}\p{Zl}\p{Zp}/\\]/u.test(name);

/**
 * A name as it is kept: in Unicode's composed form, without blanks around it.
 *
 * @throws {InvalidArgumentError} if it is empty, too long, or holds a slash or a control character.
 */
export function checkName(name: string): string {
  const kept = typeof name === 'string' ? name.normalize('NFC').trim() : '';
  if (isName(kept)) return kept;
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
