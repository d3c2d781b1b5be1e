import { Option } from '@commander-js/extra-typings';
import { command } from '../../command.ts';
import { dataFormOptions } from '../../data/data-options.ts';
import { openData } from '../../data/open-data.ts';
import { describeWritten, formats, writeData } from '../../data/write-data.ts';
import { imageSize, positiveInteger, upTo } from '../../options/parse-option.ts';
import { withoutUndefined } from '../../options/without-undefined.ts';
import { print } from '../../output/print.ts';

/** `hm data convert DATA OUT`: writes a data set in another format. */
export const convert = () =>
  dataFormOptions(
    command('convert')
      .description(
        'Convert a data set to another format. Encoded images are copied unchanged unless --size is given.',
      )
      .argument('<data>', 'folder of identities, RecordIO, tar, parquet, MS-Celeb-1M lines, or a list')
      .argument('<out>', 'output folder, or a file name that ends in .rec or .parquet')
      .addOption(new Option('--to <format>', 'output format (default: by the name of OUT)').choices(formats))
      .option(
        '--exclude <file>',
        'file of identities to leave out, one name per line; or casia-lfw, those of LFW in CASIA-WebFace',
      )
      .option('--allow-unknown-exclude', 'accept names to leave out that the data set does not contain')
      .option('--size <pixels>', 'resize and crop to 112 or 112x96 (height x width)', imageSize)
      .addOption(new Option('--format <name>', 'format of encoded images').choices(['jpeg', 'png'] as const))
      .option('--quality <number>', 'JPEG quality, 1 to 100', positiveInteger)
      .option('--workers <number>', 'worker threads (default: one per core)', upTo('workers'))
      .option('--overwrite', 'overwrite existing output'),
  )
    .option('--json', 'print JSON')
    .action(async (path, out, { json, verbose: _, size, ...options }) => {
      const [height, width] = size ?? [0, 0];
      const { exclude, allowUnknownExclude, form, split, imageColumn, labelColumn, ...encoding } = options;
      const named = { exclude, allowUnknownExclude, form, split, imageColumn, labelColumn };
      const dataset = await openData(path, withoutUndefined(named));
      const sized = { ...encoding, size: size && { height, width } };
      const written = await writeData('converting', dataset, out, withoutUndefined(sized));
      print(json ? JSON.stringify(written) : describeWritten(written));
    });
