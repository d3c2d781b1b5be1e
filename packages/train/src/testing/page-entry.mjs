// Bundled by browser.test.ts for a page and for Node, so that both run the same training.
import { cosFace } from '@hm/losses';
import { indexedDbStore, people, quick, train } from '../../dist/browser.js';
import { tinyBackbone } from './tiny-backbone.mjs';

export { indexedDbStore };

/** @param faces names, and pixels in base64. @param options `pauseAt` is a step; `exports` exports the network. */
export async function tinyRun(faces, store, { pauseAt, exports, ...options } = {}) {
  const pixelsOf = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const photographs = (texts) => texts.map((text) => ({ height: 32, width: 32, pixels: pixelsOf(text) }));
  const pause = new AbortController();
  const run = train({
    data: people(faces.map(({ name, images }) => ({ name, photographs: photographs(images) }))),
    backbone: tinyBackbone(),
    head: cosFace({ scale: 8, margin: 0.1 }),
    recipe: { ...quick, name: 'tiny', epochs: 1, batchSize: 12 },
    ...{ store, threads: 1, logEvery: 1, signal: pause.signal },
    ...options,
  });
  const kinds = [];
  for await (const { kind, step } of run) {
    kinds.push(kind);
    if (kind === 'step' && step === pauseAt) pause.abort();
  }
  return { kinds, model: exports ? (await run.exportOnnx()).length : 0 };
}
