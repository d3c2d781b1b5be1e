// Bundled by browser.test.ts: the page's run in Node, over WebAssembly, with a store of its own.
import { encodeSafetensors } from '@hm/tensor/host';
import { tinyRun } from './page-entry.mjs';

/** Reads the faces from the file that the first argument names, and writes the last state to the second. */
export async function runInNode() {
  const { readFile, writeFile } = process.getBuiltinModule('node:fs/promises');
  const [input, output] = process.argv.slice(2);
  let kept;
  const store = {
    async save(checkpoint) {
      kept = checkpoint;
      return { path: 'memory', bytes: 0 };
    },
    saveBest: async () => undefined,
    newest: async () => ({ checkpoint: kept, path: kept && 'memory', damaged: [] }),
  };
  await tinyRun(JSON.parse(await readFile(input, 'utf8')), store);
  await writeFile(output, encodeSafetensors(kept.state));
}
