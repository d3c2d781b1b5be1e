import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../../../node_modules/.cache/tfjs-node', import.meta.url));

/** Lets the tensorflow backend be the one that tools/tfjs-node/build.mjs built, if it was run. For tests. */
export function builtTensorFlow(): void {
  if (existsSync(folder)) process.env.HM_TFJS_NODE ??= folder;
}
