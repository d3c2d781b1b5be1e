import type { InvalidDataError } from '@hm/tensor/host';
import { checkArguments, checkOptions } from '@hm/tensor/host';
import type { Dataset } from '../dataset.ts';
import type { EncodeTask, Encoding } from '../jobs/encode-job.ts';
import { runJobs } from '../jobs/run-jobs.ts';

/** A sample for the writers, with the image as a file's bytes. */
export interface EncodedSample {
  bytes: Uint8Array;
  label: number;
  /** Name of the identity. */
  name: string;
  /** Name of the image, from which a file name is made. */
  id: string;
  /** Key in a RecordIO file; default: its place. */
  key?: number;
}

/** Options of {@link encodedSamples}. */
export interface EncodedSamplesOptions extends Encoding {
  /** Order of the samples. `label` puts each identity's images together, in the labels' order. Default `index`. */
  order?: 'index' | 'label';
  /** Number of worker threads that read, render, resize and encode. Default: one per core. */
  workers?: number;
  /** Callback for each bad image, which is then left out. Default: it is thrown. */
  onBadSample?: (error: InvalidDataError, index: number) => void;
}

/**
 * Yields a data set's samples with their images' bytes, one at a time, for the functions that write data sets. Encoded
 * images pass unchanged unless `size` is given; pixels become JPEG or PNG. Worker threads work a few samples ahead.
 *
 * @throws {InvalidDataError} if an image cannot be read.
 * @example
 * await writeRecordIo('train.rec', encodedSamples(data, { order: 'label' }), { layout: 'insightface' });
 */
export async function* encodedSamples(
  dataset: Dataset,
  options: EncodedSamplesOptions = {},
): AsyncGenerator<EncodedSample, void, void> {
  const {
    workers,
    onBadSample,
    order = 'index',
    ...encoding
  } = checkOptions('encodedSamples', options, {
    ...{ order: { oneOf: ['index', 'label'] }, workers: 'number', onBadSample: 'function' },
    ...{ size: 'object', format: { oneOf: ['jpeg', 'png'] }, quality: 'number' },
  });
  checkArguments('encodedSamples', { dataset }, { dataset: 'object' });
  const places = order === 'label' ? await byLabel(dataset) : undefined;
  const jobs = runJobs<EncodeTask, Uint8Array>(
    dataset,
    'encode',
    (source, { id }) => ({ source, name: id, encoding }),
    { ...(places && { order: places }), ...(workers !== undefined && { workers }) },
  );
  for await (const { index, sample, result } of jobs) {
    if (result instanceof Uint8Array) yield { ...sample, bytes: result, name: dataset.name(sample.label) };
    else if (onBadSample) onBadSample(result, index);
    else throw result;
  }
}

async function byLabel(dataset: Dataset): Promise<Uint32Array> {
  const labels = await labelsOf(dataset);
  return Uint32Array.from(labels.keys()).sort((a, b) => labels[a]! - labels[b]! || a - b);
}

/** Returns each image's class. Requests all samples if the data set has no `labels`. */
export async function labelsOf(dataset: Dataset): Promise<Int32Array> {
  if (dataset.labels) return dataset.labels;
  const labels = new Int32Array(dataset.length);
  for (let index = 0; index < labels.length; index++) labels[index] = (await dataset.sample(index)).label;
  return labels;
}
