import { InvalidArgumentError } from '@hm/tensor/host';

/**
 * @throws {InvalidArgumentError} if the value of an option, which a user may have typed, is not one of the allowed
 * values.
 */
export function assertOneOf(where: string, option: string, value: string, values: readonly string[]): void {
  if (values.includes(value)) return;
  throw new InvalidArgumentError({
    where,
    expected: `${option} to be one of ${values.join(', ')}`,
    received: value,
    fix: `Choose ${values.slice(0, -1).join(', ')} or ${values.at(-1)}.`,
    fields: { option, value, values },
  });
}
