import { Option } from '@commander-js/extra-typings';
import { command } from '../command.ts';
import { positiveInteger, upTo, wholeNumber } from '../options/parse-option.ts';
import { providerOption } from '../options/provider-option.ts';

/** `hm reproduce`: repeats the tables of the paper. */
export const reproduce = () =>
  command('reproduce')
    .description(
      'Train the paper’s six losses with its recipe, score them on LFW and YouTube Faces, and print its table with its figures next to ours.',
    )
    .addOption(
      new Option('--table <number>', 'table of the paper: 1, trained on CASIA-WebFace, or 2, on MS-Celeb-1M')
        .choices(['1', '2'] as const)
        .makeOptionMandatory(),
    )
    .requiredOption('--data <path>', 'aligned faces to train on, in any format (hm data --help)')
    .requiredOption('--lfw <folder>', 'aligned images of LFW')
    .option('--pairs <file>', 'list of pairs of LFW (default: pairs.txt in that folder or beside it)')
    .option('--ytf <folder>', 'aligned frames of YouTube Faces, with splits.txt in it or beside it')
    .option(
      '--exclude <file>',
      'people of the tests to leave out of training: a file with one name per line, or casia-lfw',
    )
    .option('--seeds <number>', 'networks per loss, with different initial weights', positiveInteger, 3)
    .option(
      '--validate-people <number>',
      'people held out of the training set to choose the checkpoint',
      positiveInteger,
      100,
    )
    .option('--out <folder>', 'output folder for the plan, its rows and report.md', 'reproduction')
    .option('--dry-run', 'check all paths, measure the speed here and estimate the time, without training')
    .optionsGroup('Machine:')
    .option('--jobs <number>', 'networks to train in parallel; 0 = only the table', wholeNumber, 1)
    .option('--threads <number>', 'ONNX Runtime threads per network (default: one per core)', upTo('threads'))
    .addOption(providerOption())
    .option('--json', 'print JSON')
    .action(async (options) => (await import('../study/run-plan.ts')).runReproduction(options));
