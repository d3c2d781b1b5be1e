import { loadEmbedder, pairDistances } from '@hm/eval/browser';

const inputs = [...document.querySelectorAll('input')];
const output = /** @type {HTMLOutputElement} */ (document.querySelector('output'));

const provider = (await hasGpu()) ? 'webgpu' : 'cpu';
const embedder = await loadEmbedder(new URL('face.onnx', document.baseURI).href, { provider });
output.value = `Choose two aligned faces; the network runs on ${provider === 'cpu' ? 'WebAssembly' : 'WebGPU'}.`;

for (const input of inputs) input.addEventListener('change', compare);

/** Returns true if there is a GPU. `navigator.gpu` exists even without one. */
async function hasGpu() {
  const { gpu } = /** @type {{ gpu?: { requestAdapter(): Promise<unknown> } }} */ (navigator);
  return Boolean(await gpu?.requestAdapter());
}

async function compare() {
  const files = inputs.flatMap(({ files }) => [...(files ?? [])]);
  if (files.length < inputs.length) return;
  const faces = await Promise.all(files.map(pixelsOf));
  const embeddings = await embedder.embed(faces, { flip: 'sum' });
  const [distance = Number.NaN] = pairDistances(embeddings, [{ first: 0, second: 1 }], 'cosine');
  output.value = `similarity ${(1 - distance).toFixed(4)}`;
}

/**
 * Returns a file's pixels in the size that the network was trained on.
 *
 * @param {File} file
 */
async function pixelsOf(file) {
  const { height, width } = embedder.preprocessing;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (context === null) throw new Error('This browser has no canvas to read pixels from.');
  context.drawImage(await createImageBitmap(file), 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = data.filter((_, index) => index % 4 !== 3);
  return { pixels: new Uint8Array(pixels), height, width };
}
