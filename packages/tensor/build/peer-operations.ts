import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

const PEER = '@tensorflow/tfjs-core';
const SHARED = /tfjs-core\/dist\/(base|engine|ops\/\w+|kernel_names|kernel_registry|environment)\.js$/;
const PREFIX = '\0peer:';
const MODULES = 'node_modules/@tensorflow/tfjs-core/';

/**
 * A rolldown plugin that takes every tfjs-core module with public exports from the peer package, so that only the
 * gradient definitions are bundled: no second engine, tensor class or flag registry comes along.
 */
export async function peerOperations() {
  const publicNames = Object.keys(await import(PEER)).filter((name) => name !== 'default');
  const sources = new Map<string, string>();
  return {
    name: 'peer-operations',
    async resolveId(source: string, importer?: string) {
      if (source === PEER) return { id: PEER, external: true };
      if (!importer || !source.startsWith('.') || importer.startsWith(PREFIX)) return undefined;
      const path = `${resolve(importer, '..', source)}.js`;
      const code = SHARED.test(path) ? await reexports(path, publicNames) : undefined;
      if (code === undefined) return undefined;
      // The bundle quotes the id: it must not tell where the package was built.
      const id = PREFIX + path.replaceAll('\\', '/').split(MODULES).at(-1);
      sources.set(id, code);
      return { id };
    },
    load: (id: string) => sources.get(id),
  };
}

/** The source of a module that takes what `path` exports from the peer; undefined where the peer lacks a name. */
async function reexports(path: string, publicNames: string[]): Promise<string | undefined> {
  if (path.endsWith('/engine.js')) return `import { engine } from '${PEER}'; export const ENGINE = engine();`;
  const names = path.endsWith('/base.js') ? publicNames : await exportedNames(path);
  const isPublic = names.length > 0 && names.every((name) => publicNames.includes(name));
  return isPublic ? `export { ${names.join(', ')} } from '${PEER}';` : undefined;
}

async function exportedNames(path: string): Promise<string[]> {
  const code = await readFile(path, 'utf8');
  const declared = code.matchAll(/^export (?:async )?(?:const|function|class) (\w+)/gm);
  const listed = code.matchAll(/^export \{([^}]*)\};/gm);
  return [
    ...[...declared].map((match) => match[1] ?? ''),
    ...[...listed].flatMap((match) => (match[1] ?? '').split(',').map((name) => name.trim())),
  ];
}
