import type { ColumnWords } from './columns.ts';
import type { ImageColumn } from './guess-columns.ts';

/** Titles of a list's columns; `id` is the class where there is no other. */
export const imageColumns: ColumnWords<ImageColumn | 'id'> = {
  path: [
    ...[
      'path',
      'image',
      'file',
      'filename',
      'file_name',
      'filepath',
      'file_path',
      'image_path',
      'img_path',
      'img',
    ],
    ...[
      'image_name',
      'img_name',
      'image_file',
      'imagename',
      'imagepath',
      'images',
      'photo',
      'picture',
      'fname',
    ],
    'image_id',
  ],
  label: [
    ...[
      'label',
      'class',
      'target',
      'class_id',
      'label_id',
      'identity_id',
      'person_id',
      'subject_id',
      'labels',
    ],
    ...['identity_label', 'y', 'cls'],
  ],
  name: ['name', 'identity', 'person', 'subject', 'class_name', 'label_name', 'identity_name', 'celebrity'],
  split: ['split', 'partition', 'subset'],
  id: ['id', 'uid'],
};
