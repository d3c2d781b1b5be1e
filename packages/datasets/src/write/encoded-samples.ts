import type { Dataset } from '../dataset.ts';
import { encodeImage } from './encode-image.ts';

/** A sample as writers take it: the image as a file's bytes. */
export interface EncodedSample {
  bytes: Uint8Array;
  label: number;
  /** The identity's name. */
  name: string;
  /** The image's name, of which a file's name is made. */
  id: string;
  /** Its key in a RecordIO file; default: its place. */
  key?: number;
}

/** What {@link encodedSamples} takes. */
export interface EncodedSamplesOptions {
  /** `label` gives each identity's images together, in the labels' order. Default `index`. */
  order?: 'index' | 'label';
  /** Of JPEG, for images that come as pixels. Default 95. */
  quality?: number;
}

/**
 * A data set's samples with their images' bytes, one at a time, for the functions that write data sets. Encoded images
 * pass unchanged; pixels become JPEG.
 *
 * @throws {InvalidDataError} if an image cannot be read.
 * @example
 * await writeRecordIo('train.rec', encodedSamples(data, { order: 'label' }), { layout: 'insightface' });
 */
export async function* encodedSamples(
  dataset: Dataset,
  options: EncodedSamplesOptions = {},
): AsyncGenerator<EncodedSample, void, void> {
  const order = options.order === 'label' ? await byLabel(dataset) : undefined;
  for (let place = 0; place < dataset.length; place++) {
    const { image, label, id } = await dataset.sample(order ? order[place]! : place);
    yield { bytes: await encodeImage(image, options.quality), label, name: dataset.name(label), id };
  }
}

async function byLabel(dataset: Dataset): Promise<Uint32Array> {
  const labels = await labelsOf(dataset);
  return Uint32Array.from(labels.keys()).sort((a, b) => labels[a]! - labels[b]! || a - b);
}

/** Each image's class, asking for samples where the data set does not know it without. */
export async function labelsOf(dataset: Dataset): Promise<Int32Array> {
  if (dataset.labels) return dataset.labels;
  const labels = new Int32Array(dataset.length);
  for (let index = 0; index < labels.length; index++) labels[index] = (await dataset.sample(index)).label;
  return labels;
}
