import { extname } from 'node:path';
import { writeFileSafely } from '@hm/tensor/files';
import { InvalidArgumentError } from '@hm/tensor/host';
import { command } from '../command.ts';
import { print } from '../output/print.ts';
import { add } from './people/add.ts';
import { enrolledOptions, withEnrolled } from './people/gallery-options.ts';
import { group } from './people/group.ts';
import { identify } from './people/identify.ts';

/** `hm people`: commands for a gallery of people in a file. */
export const people = () => {
  const parent = command('people').description(
    'Keep a gallery of people, and identify who is in a photograph.',
  );
  for (const make of [add, identify, list, forget, exportPeople, group]) parent.addCommand(make());
  return parent;
};

/** `hm people list`. */
const list = () =>
  enrolledOptions(command('list').description('List the people of a gallery.')).action(
    async ({ json, gallery }) =>
      withEnrolled(gallery, async (enrolled) => {
        const people = await enrolled.list();
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
  enrolledOptions(
    command('forget')
      .description('Remove people. Nothing of them stays in the file.')
      .argument('<names...>', 'names'),
  ).action(async (names, { json, gallery }) =>
    withEnrolled(gallery, async (people) => {
      for (const name of names) if (!(await people.forget(name))) throw nobody(name, gallery);
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
  enrolledOptions(
    command('export')
      .description("Export everyone's template, of unit length, for other programs.")
      .argument('<file>', '.npy, .parquet or .jsonl'),
  ).action(async (file, { json, gallery }) => {
    const format = (['npy', 'parquet', 'jsonl'] as const).find((name) => extname(file) === `.${name}`);
    if (format === undefined) throw otherFormat(file);
    await withEnrolled(gallery, async (enrolled) => {
      const { encodeEmbeddings } = await import('@hm/eval');
      const table = await enrolled.export();
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
