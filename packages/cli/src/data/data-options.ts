import { type Command, Option, type OptionValues } from '@commander-js/extra-typings';
import type { OpenDatasetOptions } from '@hm/datasets';

/** Options for data sets that cannot be opened by their path alone. */
export type DataFormOptions = Pick<OpenDatasetOptions, 'form' | 'split' | 'imageColumn' | 'labelColumn'>;

/** Formats of `--form`, the same as in `@hm/datasets`: importing it would make `--help` slow. */
const FORMS = ['folder', 'recordio', 'tar', 'parquet', 'ms-celeb', 'list'] as const;

/** Adds the options of {@link DataFormOptions} to a command. */
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
