import type { Dataset, ImageSource } from '@hm/datasets';
import type { Photograph, Recognizer } from '@hm/recognize';
import { type HostTensor, hostTensor } from '@hm/tensor/host';
import { type OpenModelOptions, openModel } from '../open-model.ts';
import { progress } from '../progress.ts';

/** Embeddings of a data set, and who each shows. */
export interface EmbeddedData {
  embeddings: HostTensor<'float32'>;
  /** Names of people. */
  labels: string[];
  /** As the data set has them. */
  ids: string[];
  /** Places in the data set. */
  places: number[];
  missing: { id: string; reason: string }[];
}

/** An embedder of data sets. */
export interface DataModelOptions extends OpenModelOptions {
  model?: string;
}

/** Opens the model that a command about data names, for as long as `use` takes. */
export async function withModel<T>(
  where: string,
  { model, ...options }: DataModelOptions,
  use: (recognizer: Recognizer) => Promise<T>,
): Promise<T> {
  const recognizer = await openModel(where, model, options);
  try {
    return await use(recognizer);
  } finally {
    await recognizer.release();
  }
}

/** Images that are read at a time. */
const PIECE = 512;

/** Embeds the face of every image of a data set, whatever its form, showing how far it is. */
export async function embedData(recognizer: Recognizer, data: Dataset): Promise<EmbeddedData> {
  const found: EmbeddedData = { ...noEmbeddings(data.length, recognizer.embeddingSize), labels: [], ids: [] };
  const line = progress('embedding');
  try {
    for (let start = 0; start < data.length; start += PIECE) {
      const indices = Array.from({ length: Math.min(PIECE, data.length - start) }, (_, k) => start + k);
      const samples = await Promise.all(indices.map((index) => data.sample(index)));
      const photographs = await Promise.all(
        samples.map(({ image }, k) => photographOf(image, `${start + k}`)),
      );
      const placeOf = new Map(photographs.map(({ name }, k) => [name, k]));
      const { ids, embeddings, missing } = await recognizer.embed(
        photographs.map(({ photograph }) => photograph),
        { onProgress: (done) => line.update(start + done, data.length) },
      );
      found.embeddings.data.set(embeddings.data, found.ids.length * recognizer.embeddingSize);
      for (const name of ids) {
        const { id, label } = samples[placeOf.get(name)!]!;
        found.ids.push(id);
        found.labels.push(data.name(label));
        found.places.push(start + placeOf.get(name)!);
      }
      for (const { path: name, reason } of missing)
        found.missing.push({ id: samples[placeOf.get(name)!]!.id, reason });
    }
  } finally {
    line.stop();
  }
  const { shape, data: values } = found.embeddings;
  const used = found.ids.length * shape[1]!;
  return {
    ...found,
    embeddings: hostTensor('float32', [found.ids.length, shape[1]!], values.subarray(0, used)),
  };
}

const noEmbeddings = (rows: number, size: number) => ({
  embeddings: hostTensor('float32', [rows, size], new Float32Array(rows * size)),
  places: [],
  missing: [],
});

/** What a recognizer takes, and by which name it speaks of it. */
async function photographOf(
  image: ImageSource,
  name: string,
): Promise<{ photograph: Photograph; name: string }> {
  if ('path' in image) return { photograph: image.path, name: image.path };
  if ('pixels' in image) {
    const { pixels, height, width } = image;
    return { photograph: Object.assign({ pixels, height, width }, { name }), name };
  }
  const { readEncoded } = await import('@hm/images');
  return { photograph: new File([new Uint8Array(await readEncoded(image))], name), name };
}
