import { Option } from '@commander-js/extra-typings';
import type { OpenDatasetOptions } from '@hm/datasets';

/** Options that describe a data set where its path does not say all. */
export type DataFormOptions = Pick<OpenDatasetOptions, 'form' | 'split' | 'imageColumn' | 'labelColumn'>;

/** The forms of `--form`, as `@hm/datasets` has them; importing it takes longer than help should. */
const FORMS = ['folder', 'recordio', 'tar', 'parquet', 'ms-celeb', 'list'] as const;

/** `--form`, which of several forms a folder has. */
export const formOption = () =>
  new Option(
    '--form <name>',
    'form of the data, where a folder has several (default: what is there)',
  ).choices(FORMS);

/** `--split`, which of several. */
export const splitOption = () =>
  new Option('--split <name>', 'part of the data, where it has several: train, test or validation');

/** `--image-column`, of parquet files and lists with a header. */
export const imageColumnOption = () =>
  new Option('--image-column <title>', 'column of the images in parquet files, or of their paths in a list');

/** `--label-column`, of parquet files and lists with a header. */
export const labelColumnOption = () =>
  new Option('--label-column <title>', 'column of the classes in parquet files or a list');
