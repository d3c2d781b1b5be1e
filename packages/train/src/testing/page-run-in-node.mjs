// Bundled by browser.test.ts: runs the page's training in Node, over WebAssembly, with its own store.
import { encodeSafetensors } from '@hm/tensor/host';
import { tinyRun } from './page-entry.mjs';

/** Reads the faces from the file named by the first argument, and writes the final state to the second. */
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
