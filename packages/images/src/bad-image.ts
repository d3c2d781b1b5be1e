import { checkArguments, InvalidDataError } from '@hm/tensor/host';

/** Returns the error for an image that cannot be decoded; `reason` says why in a few words. */
export const badImage = (
  path: string,
  reason: string,
  cause?: unknown,
  fields?: object,
): InvalidDataError => {
  checkArguments('badImage', { path, reason }, { path: 'string', reason: 'string' });
  return new InvalidDataError({
    where: path,
    expected: 'a whole image that can be decoded',
    received: `'${reason.trim()}'`,
    fix: 'Replace or remove the file.',
    fields: { path, reason: reason.trim(), ...fields },
    cause,
  });
};
