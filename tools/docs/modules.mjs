import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));

/** All modules that users can import: the `name`, its `package`, and the source `file` that it is built from. */
export const modules = readdirSync(packages).flatMap((folder) => {
  const { name, exports } = JSON.parse(readFileSync(join(packages, folder, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, { types }]) => types !== undefined)
    .map(([entry, { types }]) => ({
      name: entry.replace('.', name),
      package: name,
      file: join(packages, folder, types.replace('dist', 'src').replace(/\.d\.ts$/, '.ts')),
    }));
});
