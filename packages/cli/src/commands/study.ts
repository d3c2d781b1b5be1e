import { InvalidArgumentError } from '@hm/tensor/host';
import { command } from '../command.ts';
import { imageSizeOption } from '../options/backbone-options.ts';
import {
  finiteNumber,
  integer,
  nameList,
  positiveInteger,
  upTo,
  wholeNumber,
} from '../options/parse-option.ts';

/** `hm study`: trains, exports and scores a network with each of several losses. */
export const study = () =>
  command('study')
    .description(
      'Train a network with each of several losses, export it, score it on identities it has not seen, and write a report.',
    )
    .argument(
      '[plan]',
      'JSON file of a study over seeds, see @hm/study; of the options it takes those below it',
    )
    .option('--losses <names>', 'comma-separated losses to compare', nameList, ['ce', 'hm-ce'])
    .option('--out <folder>', 'output folder for runs, models, report.md and report.json', 'report')
    .optionsGroup('Photographs (default: rendered faces):')
    .option(
      '--data <folder>',
      'photographs to train on, one folder per identity; aligned first unless they are 112 × 112',
    )
    .option(
      '--lfw <folder>',
      'photographs to score on, as NAME/NAME_0001.jpg; aligned first unless they are 112 × 112',
    )
    .option('--pairs <file>', 'list of pairs (default: pairs.txt in that folder or beside it)')
    .option(
      '--exclude <file>',
      'identities not to train on: a file with one folder name per line, or casia-lfw',
    )
    .optionsGroup('Rendered faces:')
    .option('--identities <number>', 'number of identities to train on', positiveInteger, 100)
    .option('--images-per-identity <number>', 'training images per identity', positiveInteger, 20)
    .option('--held-out <number>', 'number of other identities to score on', positiveInteger, 100)
    .option('--images-per-held-out <number>', 'test images per identity', positiveInteger, 8)
    .option('--pairs-per-fold <number>', 'pairs in each of the ten folds (even)', positiveInteger, 200)
    .option('--hardness <share>', 'how hard the faces are to tell apart, 0 to 1', finiteNumber, 0.3)
    .optionsGroup('Training:')
    .option(
      '--epochs <number>',
      'epochs of each run (default: 3 on rendered faces, 8 on photographs)',
      positiveInteger,
    )
    .option('--batch <images>', 'images per step', upTo('batchSize'), 64)
    .option('--lr <number>', 'peak learning rate', finiteNumber, 0.05)
    .addOption(imageSizeOption('size of rendered faces'))
    .option('--seed <number>', 'seed of all random choices', integer, 1)
    .option('--threads <number>', 'ONNX Runtime threads', upTo('threads'))
    .option('--workers <number>', 'image decoding threads', upTo('workers'))
    .option('--overwrite', 'start again; without it, runs in the folder are resumed')
    .optionsGroup('With a plan, beside --out and --data, the folder that its paths start from:')
    .option(
      '--jobs <number>',
      'networks to train in parallel, one thread each; 0 = only the report',
      wholeNumber,
      1,
    )
    .option('--dry-run', 'check all paths, measure the speed here and estimate the time, without training')
    .option('--merge <folders...>', 'folders of parts from other machines, whose rows are added first')
    .optionsGroup('Options:')
    .option('--json', 'print the report as one JSON object')
    .action(async (plan, options) => {
      if (plan === undefined && options.dryRun) throw noPlan();
      if (plan === undefined) await (await import('../study/run-study.ts')).runStudy(options);
      else await (await import('../study/run-plan.ts')).runPlanFile(plan, options);
    });

const noPlan = () =>
  new InvalidArgumentError({
    where: '--dry-run',
    expected: 'a plan, whose cost it tells',
    received: 'none',
    fix: 'Name its file: hm study plan.json --dry-run.',
  });
