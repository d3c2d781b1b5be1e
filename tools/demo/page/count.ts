/** Formats a count with its noun: `1 photograph`, `2 photographs`. */
export const count = (number: number, one: string) => `${number} ${number === 1 ? one : `${one}s`}`;
