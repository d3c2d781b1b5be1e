import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '@hm/datasets';

/** Files such as `ada-1.png` in one folder, with the person before the last dash. Worker threads decode them. */
export async function flatFolder(root: string): Promise<Dataset> {
  const files = (await readdir(root)).filter((file) => file.endsWith('.png')).sort();
  const personOf = (file: string) => file.slice(0, file.lastIndexOf('-'));
  const people = [...new Set(files.map(personOf))];
  return {
    length: files.length,
    classes: people.length,
    name: (label) => people[label]!,
    sample: (index) => {
      const id = files[index]!;
      return { image: { path: join(root, id) }, label: people.indexOf(personOf(id)), id };
    },
  };
}
