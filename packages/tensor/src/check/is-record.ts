/**
 * Returns true if a value is an object with named members, as in JSON: not an array, not null.
 *
 * @example
 * isRecord(JSON.parse(text)) || refuse(text);
 */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
