import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const compiler = join(
  dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')),
  'bin/asc.js',
);

it('ships what assembly/pixels.ts compiles to (vitest -u writes it anew)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hm-kernels-'));
  try {
    const file = join(folder, 'pixels.wasm');
    const source = fileURLToPath(new URL('../../assembly/pixels.ts', import.meta.url));
    const options = ['-O3', '--converge', '--enable', 'simd', '--runtime', 'stub', '--noAssert'];
    execFileSync(process.execPath, [compiler, source, ...options, '--use', 'abort=', '-o', file]);
    const bytes = readFileSync(file);
    // Above 4 KiB some browsers refuse to compile it on a page's own thread.
    expect(bytes.length).toBeLessThan(4096);
    await expect(`/** \`assembly/pixels.ts\` as WebAssembly, in base64: written by kernels.test.ts. */
export const wasm =
  '${bytes.toString('base64')}';\n`).toMatchFileSnapshot('./kernels.wasm.ts');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
