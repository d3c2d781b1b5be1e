import { extname } from 'node:path';
import { writeFileSafely } from '@hm/tensor/files';
import { InvalidArgumentError } from '@hm/tensor/host';
import { command } from '../command.ts';
import { print } from '../print.ts';
import { add } from './people/add.ts';
import { galleryOptions, withGallery } from './people/gallery-options.ts';
import { group } from './people/group.ts';
import { identify } from './people/identify.ts';

/** `hm people`: a gallery of people in a file. */
export const people = () => {
  const parent = command('people').description(
    'Keep a gallery of people, and identify who is in a photograph.',
  );
  for (const make of [add, identify, list, forget, exportPeople, group]) parent.addCommand(make());
  return parent;
};

/** `hm people list`. */
const list = () =>
  galleryOptions(command('list').description('List the people of a gallery.')).action(
    async ({ json, ...options }) =>
      withGallery('hm people list', options, async (gallery) => {
        const people = await gallery.list();
        if (json) print(JSON.stringify(people));
        else
          for (const { name, photographs, updated } of people)
            print(
              `${name}  ${photographs} ${photographs === 1 ? 'photograph' : 'photographs'}, ${updated.slice(0, 10)}`,
            );
      }),
  );

/** `hm people forget NAME…`. */
const forget = () =>
  galleryOptions(
    command('forget')
      .description('Remove people: nothing of them stays in the file.')
      .argument('<names...>', 'names'),
  ).action(async (names, { json, ...options }) =>
    withGallery('hm people forget', options, async (gallery) => {
      for (const name of names) if (!(await gallery.forget(name))) throw nobody(name, options.gallery);
      if (json) print(JSON.stringify({ forgotten: names }));
      else print(`Forgotten: ${names.join(', ')}`);
    }),
  );

const nobody = (name: string, gallery: string) =>
  new InvalidArgumentError({
    where: 'hm people forget',
    expected: `the name of someone in ${gallery}`,
    received: name,
    fix: 'hm people list shows the names.',
  });

/** `hm people export FILE`. */
const exportPeople = () =>
  galleryOptions(
    command('export')
      .description("Export everyone's template, of unit length, for other programs.")
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
