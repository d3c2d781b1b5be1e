/** `T` with optional members that are left out instead of undefined. */
export type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Returns an object without its undefined members, so that options that were not typed are not passed on. */
export const withoutUndefined = <T extends object>(options: T): Defined<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>;
