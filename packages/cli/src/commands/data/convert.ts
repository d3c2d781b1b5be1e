import { Option } from '@commander-js/extra-typings';
import { command } from '../../command.ts';
import { dataFormOptions } from '../../data/data-options.ts';
import { openData } from '../../data/open-data.ts';
import { describeWritten, formats, writeData } from '../../data/write-data.ts';
import { imageSize, positiveInteger, upTo } from '../../parse-option.ts';
import { print } from '../../print.ts';
import { withoutUndefined } from '../../without-undefined.ts';

/** `hm data convert DATA OUT`: another form. */
export const convert = () =>
  dataFormOptions(
    command('convert')
      .description('Write a data set in another form. Encoded images pass unchanged unless --size is given.')
      .argument('<data>', 'folder of identities, RecordIO, tar, parquet, MS-Celeb-1M lines, or a list')
      .argument('<out>', 'folder, or a name that ends in .rec or .parquet')
      .addOption(new Option('--to <format>', 'default: what the name of OUT suggests').choices(formats))
      .option(
        '--exclude <file>',
        'identities to leave out, one name a line; or casia-lfw, those of LFW in CASIA-WebFace',
      )
      .option('--allow-unknown-exclude', 'some of the names to leave out need not be there')
      .option('--size <pixels>', 'resize and crop to 112 or 112x96 (height x width)', imageSize)
      .addOption(
        new Option('--format <name>', 'format of images that are encoded').choices(['jpeg', 'png'] as const),
      )
      .option('--quality <number>', 'quality of JPEG, 1 to 100', positiveInteger)
      .option('--workers <number>', 'threads (default: one per core)', upTo('workers'))
      .option('--overwrite', 'write over what is there'),
  )
    .option('--json', 'print one JSON object')
    .action(async (path, out, { json, verbose: _, size, ...options }) => {
      const [height, width] = size ?? [0, 0];
      const { exclude, allowUnknownExclude, form, split, imageColumn, labelColumn, ...encoding } = options;
      const named = { exclude, allowUnknownExclude, form, split, imageColumn, labelColumn };
      const dataset = await openData(path, withoutUndefined(named));
      const sized = { ...encoding, size: size && { height, width } };
      const written = await writeData('converting', dataset, out, withoutUndefined(sized));
      print(json ? JSON.stringify(written) : describeWritten(written));
    });
