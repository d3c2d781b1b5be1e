import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describeRuntime, type EnginePackage, UnavailableError } from '@hm/tensor';

const here = dirname(fileURLToPath(import.meta.url));

/** What `describeRuntime` knows of packages, looked for from this one too. */
export function enginePackages<Name extends string>(...names: Name[]): Record<Name, EnginePackage> {
  const { packages } = describeRuntime([here]);
  const found = names.map((name) => [name, packages.find((entry) => entry.name === name)!] as const);
  return Object.fromEntries(found) as Record<Name, EnginePackage>;
}

/** Imports a package from where it was found. */
export const importPackage = ({ path }: EnginePackage): Promise<unknown> =>
  import(pathToFileURL(createRequire(import.meta.url).resolve(path!)).href);

/** A tfjs backend that cannot be used, and why, of each package that it stands on. */
export function unusable(backend: string, packages: readonly EnginePackage[]): UnavailableError {
  const broken = packages.filter(({ usable }) => !usable);
  return new UnavailableError({
    where: `engine tfjs ${backend}`,
    expected: `a usable ${packages.map(({ name }) => name).join(' or ')}`,
    received: broken.map(({ name, reason }) => `${name}: ${reason}`).join('; '),
    fix: broken.map(({ name, fix }) => `${name}: ${fix}`).join(' '),
    fields: { backend },
  });
}

/** A tfjs backend whose packages seem usable and that does not start. */
export const notStarted = (backend: string, cause: unknown, fix: string): UnavailableError =>
  new UnavailableError({
    where: `engine tfjs ${backend}`,
    expected: 'a backend that starts',
    received: cause instanceof Error ? cause.message.trim() : String(cause),
    fix,
    fields: { backend },
    cause,
  });
