import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Dataset } from '../dataset.ts';
import type { VerificationProtocol } from '../protocol.ts';
import { recordIo } from '../recordio/record-io.ts';
import { verificationBin } from '../verification-bin/verification-bin.ts';
import { encodeImage } from '../write/encode-image.ts';
import { encodedSamples } from '../write/encoded-samples.ts';
import { write } from './files.ts';
import type { FuzzTarget } from './fuzz.ts';

const golden = fileURLToPath(new URL('../../golden', import.meta.url));

/** Every reader, with whole files to change and a way to read all that such a file holds. */
export const fuzzTargets: readonly FuzzTarget[] = [
  ...['plain', 'insightface'].flatMap((layout): FuzzTarget[] => [
    {
      name: `RecordIO ${layout}, records`,
      seeds: async (folder) => seedFrom(join(golden, layout), folder, 'train.rec'),
      read: async (path) => readAll(await recordIo(path)),
    },
    {
      name: `RecordIO ${layout}, records without index`,
      seeds: async (folder) => [
        { path: join(folder, 'train.rec'), bytes: readFileSync(join(golden, layout, 'train.rec')) },
      ],
      read: async (path) => readAll(await recordIo(path)),
    },
    {
      name: `RecordIO ${layout}, index`,
      seeds: async (folder) => seedFrom(join(golden, layout), folder, 'train.idx'),
      read: async (path) => readAll(await recordIo(path.replace('.idx', '.rec'))),
    },
  ]),
  {
    name: 'InsightFace .bin',
    seeds: async (folder) =>
      readdirSync(join(golden, 'verification')).map((name) => ({
        path: join(folder, name),
        bytes: readFileSync(join(golden, 'verification', name)),
      })),
    read: async (path) => readImages(await verificationBin(path)),
  },
];

/** Copies a folder and returns one of its files as the seed. */
function seedFrom(from: string, folder: string, name: string) {
  for (const file of readdirSync(from)) write(join(folder, file), readFileSync(join(from, file)));
  return [{ path: join(folder, name), bytes: readFileSync(join(from, name)) }];
}

async function readImages({ images }: VerificationProtocol): Promise<void> {
  for (const image of images) await encodeImage(image);
}

async function readAll(data: Dataset): Promise<void> {
  for await (const sample of encodedSamples(data)) data.name(sample.label);
  void data.labels;
}
