import type { Dataset, ImageSource } from '@hm/datasets';
import { readEncoded } from '@hm/images';
import { checkArguments, checkOptions, type HostTensor, hostTensor } from '@hm/tensor/host';
import type { Photograph } from './faces/photograph.ts';
import type { EmbedPhotographsOptions, Recognizer } from './recognizer.ts';

/** Embeddings of a data set's images, `[N, D]`, and the person in each. */
export interface EmbeddedDataset {
  embeddings: HostTensor<'float32'>;
  /** Name of the identity in each row. */
  labels: string[];
  /** Id of each row in the data set. */
  ids: string[];
  /** Index of each row in the data set. */
  places: number[];
  /** Images without a face, and those that cannot be decoded. */
  missing: { id: string; reason: string }[];
}

/** Number of images in memory at a time. */
const PIECE = 512;

/**
 * Embeds the face of every image of a data set of any kind, for example for `findMislabeled` and `findSamePeople` of
 * `@hm/eval`.
 *
 * @example
 * const faces = await embedDataset(recognizer, await openDataset('faces'));
 * const wrong = await findMislabeled(faces);
 */
export async function embedDataset(
  recognizer: Recognizer,
  dataset: Dataset,
  options: EmbedPhotographsOptions = {},
): Promise<EmbeddedDataset> {
  const { onProgress } = checkOptions<EmbedPhotographsOptions>('embedDataset', options, {
    onProgress: 'function',
  });
  checkArguments('embedDataset', { recognizer, dataset }, { recognizer: 'object', dataset: 'object' });
  const width = recognizer.embeddingSize;
  const all = new Float32Array(dataset.length * width);
  const found: Omit<EmbeddedDataset, 'embeddings'> = { labels: [], ids: [], places: [], missing: [] };
  for (let start = 0; start < dataset.length; start += PIECE) {
    const places = Array.from({ length: Math.min(PIECE, dataset.length - start) }, (_, k) => start + k);
    const samples = await Promise.all(places.map((place) => dataset.sample(place)));
    const named = await Promise.all(samples.map(({ image }, k) => photographOf(image, `${start + k}`)));
    // A list may name a file twice; both rows come in its order.
    const samplesOf = new Map<string, number[]>(named.map(({ name }) => [name, []]));
    for (const [k, { name }] of named.entries()) samplesOf.get(name)!.push(k);
    const take = (name: string) => samplesOf.get(name)!.shift()!;
    const { ids, embeddings, missing } = await recognizer.embed(
      named.map(({ photograph }) => photograph),
      { onProgress: (done) => onProgress?.(start + done, dataset.length) },
    );
    all.set(embeddings.data, found.ids.length * width);
    for (const name of ids) {
      const k = take(name);
      found.ids.push(samples[k]!.id);
      found.labels.push(dataset.name(samples[k]!.label));
      found.places.push(places[k]!);
    }
    for (const { path: name, reason } of missing) found.missing.push({ id: samples[take(name)]!.id, reason });
  }
  const rows = found.ids.length;
  return { ...found, embeddings: hostTensor('float32', [rows, width], all.subarray(0, rows * width)) };
}

/** Returns a photograph that a recognizer accepts, and the name under which it is reported. */
async function photographOf(
  image: ImageSource,
  name: string,
): Promise<{ photograph: Photograph; name: string }> {
  if ('path' in image) return { photograph: image.path, name: image.path };
  if ('pixels' in image) {
    const { pixels, height, width } = image;
    return { photograph: Object.assign({ pixels, height, width }, { name }), name };
  }
  return { photograph: new File([new Uint8Array(await readEncoded(image))], name), name };
}
