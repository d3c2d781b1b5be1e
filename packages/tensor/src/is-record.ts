/**
 * Whether a value is an object of members by name, as JSON knows them: no array, not null.
 *
 * @example
 * isRecord(JSON.parse(text)) || refuse(text);
 */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
