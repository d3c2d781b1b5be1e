import { Option } from '@commander-js/extra-typings';
import { command } from '../command.ts';
import { positiveInteger, upTo, wholeNumber } from '../parse-option.ts';
import { providerOption } from '../provider-option.ts';

/** `hm reproduce`: the paper's tables. */
export const reproduce = () =>
  command('reproduce')
    .description(
      'Train the paper’s six losses with its recipe, score them on LFW and YouTube Faces, and print its table with its figures beside ours.',
    )
    .addOption(
      new Option('--table <number>', '1: trained on CASIA-WebFace; 2: on MS-Celeb-1M')
        .choices(['1', '2'] as const)
        .makeOptionMandatory(),
    )
    .requiredOption('--data <path>', 'aligned faces to train on, in any form (hm data --help)')
    .requiredOption('--lfw <folder>', 'aligned images of LFW')
    .option('--pairs <file>', 'list of pairs of LFW (default: pairs.txt in that folder or beside it)')
    .option('--ytf <folder>', 'aligned frames of YouTube Faces, with splits.txt in it or beside it')
    .option(
      '--exclude <file>',
      'people not to train on because a test shows them: a file with one name a line, or casia-lfw',
    )
    .option('--seeds <number>', 'networks of each loss, with other first weights', positiveInteger, 3)
    .option(
      '--validate-people <number>',
      'people of the training set who choose the checkpoint instead',
      positiveInteger,
      100,
    )
    .option('--out <folder>', 'folder for the plan, its rows and report.md', 'reproduction')
    .option('--dry-run', 'open every path, measure the speed here, and say how long it would take')
    .optionsGroup('Machine:')
    .option('--jobs <number>', 'networks trained side by side; 0 = only the table', wholeNumber, 1)
    .option('--threads <number>', 'threads of ONNX Runtime for each (default: one per core)', upTo('threads'))
    .addOption(providerOption())
    .option('--json', 'print one JSON object')
    .action(async (options) => (await import('../study/run-plan.ts')).runReproduction(options));
