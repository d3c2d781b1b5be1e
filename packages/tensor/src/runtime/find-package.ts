import { builtin, nodeProcess } from './node-builtins.ts';

/** An installed npm package. */
export interface InstalledPackage {
  version: string;
  /** Folder of the package. */
  path: string;
}

/**
 * Looks for a package in the `node_modules` of each folder and its parents, as Node does, but without loading it and
 * regardless of its `exports`. Undefined if there is none, or no file system.
 */
export function findPackage(name: string, folders: readonly string[]): InstalledPackage | undefined {
  const files = builtin('node:fs');
  for (const folder of files ? folders.flatMap(selfAndParents) : []) {
    const path = `${folder}/node_modules/${name}`;
    if (!files?.existsSync(`${path}/package.json`)) continue;
    const { version } = JSON.parse(files.readFileSync(`${path}/package.json`, 'utf8')) as { version: string };
    return { version, path };
  }
  return undefined;
}

/**
 * Folders where a program's packages are looked up: the one that `HM_TFJS_NODE` names, whose node_modules may hold a
 * TensorFlow built on this machine, the working directory, and the started script.
 */
export const programFolders = (): string[] =>
  [nodeProcess?.env.HM_TFJS_NODE, nodeProcess?.cwd(), nodeProcess?.argv[1]].filter(
    (path) => path !== undefined,
  );

function selfAndParents(path: string): string[] {
  const parts = path.replaceAll('\\', '/').split('/');
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('/'));
}
