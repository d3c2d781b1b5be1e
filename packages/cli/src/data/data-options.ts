import { type Command, Option, type OptionValues } from '@commander-js/extra-typings';
import type { OpenDatasetOptions } from '@hm/datasets';

/** Options that describe a data set where its path does not say all. */
export type DataFormOptions = Pick<OpenDatasetOptions, 'form' | 'split' | 'imageColumn' | 'labelColumn'>;

/** The forms of `--form`, as `@hm/datasets` has them; importing it takes longer than help should. */
const FORMS = ['folder', 'recordio', 'tar', 'parquet', 'ms-celeb', 'list'] as const;

/** Adds the options that describe a data set where its path does not say all: {@link DataFormOptions}. */
export const dataFormOptions = <Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) =>
  command
    .addOption(
      new Option('--form <name>', 'data format, if a folder contains several (default: detected)').choices(
        FORMS,
      ),
    )
    .option('--split <name>', 'split to read, if the data has several: train, test or validation')
    .option(
      '--image-column <title>',
      'name of the image column of parquet files, or of the path column of a list',
    )
    .option('--label-column <title>', 'name of the label column of parquet files or of a list');
