import { InvalidArgumentError } from '@hm/tensor/host';

/** A person in a gallery. */
export interface Person {
  name: string;
  /** Number of photographs in the template. */
  photographs: number;
  /** Sum of the photographs' weights. */
  weight: number;
  /** Time of enrolment, as ISO 8601. */
  enrolled: string;
  updated: string;
}

const LONGEST = 200;

/** True if a value from a file is a valid person. */
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
 * Returns a name in the form in which it is stored: in Unicode's composed form, without surrounding spaces.
 *
 * @throws {InvalidArgumentError} if it is empty, too long, or contains a slash or a control character.
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
