import { InvalidArgumentError } from '@hm/tensor/host';
import { command } from '../../command.ts';
import { print } from '../../print.ts';
import { galleryOptions, withGallery } from './gallery-options.ts';

/** `hm people forget NAME…`. */
export const forget = () =>
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
