import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describeRuntime, type EnginePackage, UnavailableError } from '@hm/tensor';

const here = dirname(fileURLToPath(import.meta.url));

/** Status of packages according to `describeRuntime`, which also looks for them from this package. */
export function enginePackages<Name extends string>(...names: Name[]): Record<Name, EnginePackage> {
  const { packages } = describeRuntime([here]);
  const found = names.map((name) => [name, packages.find((entry) => entry.name === name)!] as const);
  return Object.fromEntries(found) as Record<Name, EnginePackage>;
}

/** Imports a package from the path where it was found. */
export const importPackage = ({ path }: EnginePackage): Promise<unknown> =>
  import(pathToFileURL(createRequire(import.meta.url).resolve(path!)).href);

/** Error for a tfjs backend that cannot be used, with the reason for each package that it needs. */
export function unusable(backend: string, packages: readonly EnginePackage[]): UnavailableError {
  const broken = packages.filter(({ usable }) => !usable);
  const expected = `a usable ${packages.map(({ name }) => name).join(' or ')}`;
  const reason = broken.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  const fix = broken.map(({ fix = '' }) => fix.replace(/\.$/, '')).join('; or ');
  return unavailable(backend, expected, reason, `${fix}.`);
}

/** Error for a tfjs backend whose packages seem usable, but which does not start. */
export function notStarted(backend: string, cause: unknown, fix: string): UnavailableError {
  const reason = cause instanceof Error ? cause.message.trim() : String(cause);
  return unavailable(backend, 'a backend that starts', reason, fix, cause);
}

const unavailable = (backend: string, expected: string, reason: string, fix: string, cause?: unknown) =>
  new UnavailableError({
    where: `engine tfjs-${backend}`,
    expected,
    received: reason,
    fix,
    fields: { backend, reason, fix },
    cause,
  });
