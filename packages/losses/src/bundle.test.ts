import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

/** An import from the built package as a browser would get it, tfjs left out: its size, and this package's files in it. */
async function bundled(names: string) {
  const result = await build({
    stdin: { contents: `export ${names} from '@hm/losses'`, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external: ['@tensorflow/*'],
    write: false,
    metafile: true,
    absWorkingDir: import.meta.dirname,
  });
  const [output] = Object.values(result.metafile.outputs);
  const files = Object.entries(output!.inputs).flatMap(([file, { bytesInOutput }]) =>
    bytesInOutput > 0 && file.startsWith('../dist/') ? [file.replace('../dist/', '')] : [],
  );
  return { kilobytes: gzipSync(result.outputFiles[0]!.contents).length / 1000, files };
}

it('leaves out every loss that is not used', async () => {
  const { files } = await bundled('{ hardMiningLoss }');
  expect(files.toSorted()).toEqual(['core/options.js', 'decorators/hard-mining-loss.js']);
});

it('takes along only what ArcFace is made of', async () => {
  const { files } = await bundled('{ arcFace }');
  expect(files.toSorted()).toEqual([
    ...['additive-angle', 'check', 'label-entries', 'margin-cross-entropy', 'mix', 'options'].map(
      (name) => `core/${name}.js`,
    ),
    ...['arc-face', 'class-weights', 'cosine-head'].map((name) => `heads/${name}.js`),
  ]);
});

it('has the sizes that the README gives', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| `(\{.*\}|\* as losses)` +\| +([\d.]+) kB/gm)];
  expect(rows.length).toBeGreaterThan(3);
  for (const [, names, stated] of rows) {
    const { kilobytes } = await bundled(names!);
    expect(Math.abs(kilobytes - Number(stated)), `${names}: ${kilobytes} kB`).toBeLessThan(0.15);
  }
});
