import { command } from '../../command.ts';
import { print } from '../../print.ts';
import { galleryOptions, withGallery } from './gallery-options.ts';

/** `hm people list`. */
export const list = () =>
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
