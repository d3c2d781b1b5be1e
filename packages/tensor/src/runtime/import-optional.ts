import { checkArguments } from '../check/check-options.ts';
import { UnavailableError } from '../errors.ts';

/** What {@link importOptional} reports if the package is missing. */
export interface OptionalPackage {
  /** The function that needs the package. */
  where: string;
  /** Name of the package on npm. */
  name: string;
  /** Advice, as a whole sentence. Default: to install it with npm. */
  fix?: string;
}

/**
 * Imports a package that an application may leave out.
 *
 * @param load calls `import()` itself, so that bundlers see it.
 * @throws {UnavailableError} if it cannot be imported; `fields.package` names it.
 * @example
 * const named = { where: 'createSession', name: 'onnxruntime-node' };
 * const { InferenceSession } = await importOptional(() => import('onnxruntime-node'), named);
 */
export async function importOptional<T>(load: () => Promise<T>, named: OptionalPackage): Promise<T> {
  checkArguments('importOptional', { load, named }, { load: 'function', named: { has: ['where', 'name'] } });
  const { where, name, fix = `Run \`npm install ${name}\`.` } = named;
  try {
    return await load();
  } catch (cause) {
    throw new UnavailableError({
      where,
      expected: `the npm package ${name} to be installed`,
      received: cause instanceof Error ? cause.message : cause,
      fix,
      fields: { package: name },
      cause,
    });
  }
}
