import { Option } from '@commander-js/extra-typings';
import { command } from '../../command.ts';
import { describeWritten, formats, writeData } from '../../data/write-data.ts';
import { finiteNumber, integer, positiveInteger, upTo, wholeNumber } from '../../options/parse-option.ts';
import { withoutUndefined } from '../../options/without-undefined.ts';
import { print } from '../../output/print.ts';

/** `hm data synth --out DIR`: writes rendered faces as files. */
export const synth = () =>
  command('synth')
    .description('Render portraits of people who do not exist. The same seed gives the same bytes.')
    .requiredOption('--out <folder>', 'output folder, or a file name that ends in .rec or .parquet')
    .option('--identities <number>', 'number of people', positiveInteger, 1000)
    .option('--images <number>', 'images per identity', positiveInteger, 50)
    .option('--hardness <share>', 'how hard the faces are to tell apart, 0 to 1', finiteNumber, 0.3)
    .option('--seed <number>', 'seed of all random choices', integer, 1)
    .option('--size <pixels>', 'height and width of the images', positiveInteger, 112)
    .option(
      '--first <number>',
      'number of the first person; ranges that do not overlap have nobody in common',
      wholeNumber,
      0,
    )
    .addOption(new Option('--to <format>', 'output format (default: by the name of OUT)').choices(formats))
    .addOption(new Option('--format <name>', 'format of the images').choices(['jpeg', 'png'] as const))
    .option('--quality <number>', 'JPEG quality, 1 to 100', positiveInteger)
    .option('--workers <number>', 'worker threads (default: one per core)', upTo('workers'))
    .option('--overwrite', 'overwrite existing output')
    .option('--json', 'print JSON')
    .action(
      async ({ out, identities, images, hardness, seed, size, first, json, verbose: _, ...options }) => {
        const { syntheticFaces } = await import('@hm/datasets');
        const shared = { hardness, seed, size, firstIdentity: first };
        const faces = syntheticFaces({ identities, imagesPerIdentity: images, ...shared });
        const written = await writeData('rendering', faces, out, withoutUndefined(options));
        print(json ? JSON.stringify(written) : describeWritten(written));
      },
    );
