import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../../../node_modules/.cache/tfjs-node', import.meta.url));

/** Makes the tensorflow backend use the build of tools/tfjs-node/build.mjs, if there is one. For tests. */
export function builtTensorFlow(): void {
  if (existsSync(folder)) process.env.HM_TFJS_NODE ??= folder;
}
