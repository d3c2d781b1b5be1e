import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { preprocessingToMetadata } from '@hm/datasets';
import { withMetadata } from '@hm/onnx/session';
import { expect, test } from 'vitest';
import { linearModel } from './testing/tiny-model.ts';

const metadata = preprocessingToMetadata({
  height: 2,
  width: 3,
  channels: 'rgb',
  mean: 0,
  scale: 1,
  template: 'none',
});
const weight = Array.from({ length: 18 }, (_, k) => [Number(k === 0)]);
const model = withMetadata(linearModel(['N', 3, 2, 3], weight), metadata);

/**
 * Prints the embedding, then how many modules of tfjs were loaded; the last import shows that the list would
 * have it.
 */
const program = `
import { createRequire, register } from 'node:module';
import { MessageChannel } from 'node:worker_threads';
const hooks = \`
  let port;
  export const initialize = (data) => { port = data; };
  export const resolve = async (specifier, context, next) => {
    const found = await next(specifier, context);
    port.postMessage(found.url);
    return found;
  };\`;
const { port1, port2 } = new MessageChannel();
const seen = [];
port1.on('message', (url) => seen.push(url)).unref();
register('data:text/javascript,' + encodeURIComponent(hooks), import.meta.url, { data: port2, transferList: [port2] });
const loaded = async () => {
  await new Promise((resolve) => setTimeout(resolve, 50));
  const required = Object.keys(createRequire(process.cwd() + '/x.js').cache);
  return [...seen, ...required].filter((address) => /@tensorflow/.test(address)).length;
};
const { loadEmbedder, verify, toMarkdown } = await import('@hm/eval');
const embedder = await loadEmbedder(new Uint8Array(Buffer.from('${Buffer.from(model).toString('base64')}', 'base64')));
const pixels = new Uint8Array(18).fill(7);
const { data } = await embedder.embed([{ pixels, height: 2, width: 3 }]);
const before = { embedding: [...data], modules: seen.length > 0, tfjs: await loaded() };
await import('@tensorflow/tfjs-core');
console.log(JSON.stringify({ ...before, control: await loaded() > 0 }));
`;

test('embedding images loads no tfjs', async () => {
  const cwd = new URL('..', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd,
  });
  expect(JSON.parse(stdout)).toEqual({ embedding: [7], modules: true, tfjs: 0, control: true });
});
