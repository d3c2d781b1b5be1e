import { extname } from 'node:path';
import { writeFileSafely } from '@hm/tensor/files';
import { InvalidArgumentError } from '@hm/tensor/host';
import { command } from '../../command.ts';
import { print } from '../../print.ts';
import { galleryOptions, withGallery } from './gallery-options.ts';

/** `hm people export FILE`. */
export const exportPeople = () =>
  galleryOptions(
    command('export')
      .description("Write everyone's template, of unit length, for other programs.")
      .argument('<file>', '.npy, .parquet or .jsonl'),
  ).action(async (file, { json, ...options }) => {
    const format = (['npy', 'parquet', 'jsonl'] as const).find((name) => extname(file) === `.${name}`);
    if (format === undefined) throw otherFormat(file);
    await withGallery('hm people export', options, async (gallery) => {
      const { encodeEmbeddings } = await import('@hm/eval');
      const table = await gallery.export();
      await writeFileSafely(file, await encodeEmbeddings(table, format));
      const [people, dimensions] = table.embeddings.shape;
      print(json ? JSON.stringify({ people, dimensions, file }) : `${people} people in ${file}`);
    });
  });

const otherFormat = (received: string) =>
  new InvalidArgumentError({
    where: 'hm people export',
    expected: 'a file whose name ends in .npy, .parquet or .jsonl',
    received,
    fix: 'Name it so.',
  });
