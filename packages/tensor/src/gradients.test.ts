/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { Consumer, packageFolder } from './testing-consumer.ts';

const consumer = new Consumer();
afterAll(() => consumer.remove());

/** Prints the gradients of sum, conv2d, matMul, gather and max pooling, and whether this copy owns the engine. */
const PROGRAM = `
  import * as tf from '@tensorflow/tfjs-core';
  import '@tensorflow/tfjs-backend-cpu';
  import '@hm/tensor';
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const sumOf = (f) => (x) => tf.sum(f(x));
  const show = (f, x) => console.log([...tf.grad(sumOf(f))(x).dataSync()].join(' '));
  show((x) => x, tf.ones([2]));
  show((x) => tf.conv2d(x, tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]), 1, 'valid'), tf.ones([1, 2, 3, 1]));
  show((x) => tf.matMul(x, tf.tensor2d([[1, 2], [3, 4]])), tf.ones([1, 2]));
  show((x) => tf.gather(x, tf.tensor1d([1, 1], 'int32')), tf.ones([3]));
  show((x) => tf.maxPool(x, 2, 2, 'valid'), tf.tensor4d([1, 2, 4, 3], [1, 2, 2, 1]));
  console.log(tf.env() instanceof tf.Environment, tf.env().platformName);
`;
const GRADIENTS = ['1 1', '1 3 2 3 7 4', '3 7', '0 2 0', '0 0 1 0'];

// What a web worker has and Node has not.
const WORKER = 'globalThis.process = undefined; globalThis.WorkerGlobalScope = class {};';
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const targets: Record<string, BuildOptions> = {
  browser: { platform: 'browser', conditions: ['browser', 'import'], banner: { js: WORKER } },
  node: { platform: 'node', mainFields: ['module', 'main'], banner: { js: REQUIRE } },
};

describe('importing @hm/tensor registers the gradients', () => {
  it('in Node', () => {
    expect(consumer.run(PROGRAM)).toEqual({ output: [...GRADIENTS, 'true node', ''].join('\n'), errors: '' });
  });

  it.each(Object.keys(targets))('in a bundle for a %s, with one copy of tfjs-core inside', async (target) => {
    const file = join(consumer.folder, `${target}.mjs`);
    const result = await build({
      stdin: { contents: PROGRAM, resolveDir: consumer.folder },
      ...targets[target],
      bundle: true,
      format: 'esm',
      outfile: file,
      logLevel: 'silent',
      metafile: true,
    });
    expect([...result.errors, ...result.warnings]).toEqual([]);
    const inputs = Object.keys(result.metafile.inputs);
    expect(inputs.filter((input) => /tfjs-core\/dist\/(engine|tf-core[^/]*)\.js$/.test(input))).toHaveLength(
      1,
    );
    expect(inputs.some((input) => input.endsWith('dist/gradients.node.js'))).toBe(target === 'node');
    const output = [...GRADIENTS, `true ${target}`, ''].join('\n');
    expect(consumer.runFile(file)).toEqual({ output, errors: '' });
  });

  it('takes the operations from the peer: the bundled registration holds no engine', () => {
    const code = readFileSync(join(packageFolder, 'dist/gradients.node.js'), 'utf8');
    expect(code).toMatch(/from "@tensorflow\/tfjs-core"/);
    expect(code).not.toMatch(/class (Engine|Tensor|Environment)\b/);
  });
});
