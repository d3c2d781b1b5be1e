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
      new Option(
        '--form <name>',
        'form of the data, where a folder has several (default: what is there)',
      ).choices(FORMS),
    )
    .option('--split <name>', 'part of the data, where it has several: train, test or validation')
    .option('--image-column <title>', 'column of the images in parquet files, or of their paths in a list')
    .option('--label-column <title>', 'column of the classes in parquet files or a list');
