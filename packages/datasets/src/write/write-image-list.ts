import { checkArguments } from '@hm/tensor/host';
import type { Dataset } from '../dataset.ts';
import { writeFiles } from '../files/output-file.ts';

/**
 * Writes a data set's images as a `.csv` list with the columns `path`, `label` and `name`, which `imageListFile` opens
 * beside the images. `path` is the sample's `id`, so this is for data sets of files. Names are written unchanged,
 * because a changed path would refer to no file. To a spreadsheet, a name that begins with `=`, `+`, `-` or `@` is a
 * formula; import such a list there as text.
 *
 * @returns the number of images.
 * @example
 * await writeImageList('faces/all.csv', await imageFolder('faces'));
 */
export async function writeImageList(path: string, dataset: Dataset): Promise<number> {
  checkArguments(
    'writeImageList',
    { path, dataset },
    { path: 'string', dataset: { has: ['length', 'classes'] } },
  );
  return writeFiles([path], async ([file]) => {
    await file!.write('path,label,name\n');
    for (let index = 0; index < dataset.length; index++) {
      const { id, label } = await dataset.sample(index);
      await file!.write(`${[id, String(label), dataset.name(label)].map(quoted).join(',')}\n`);
    }
    return dataset.length;
  });
}

const quoted = (field: string): string =>
  /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
