import { command } from '../../command.ts';
import { formOption, imageColumnOption, labelColumnOption, splitOption } from '../../data/data-options.ts';
import { describeReport } from '../../data/describe-report.ts';
import { inspectData } from '../../data/inspect-data.ts';
import { positiveInteger, upTo } from '../../parse-option.ts';
import { print } from '../../print.ts';

/** `hm data info DATA`: what is in it. */
export const info = () =>
  command('info')
    .description('Say what a data set holds: images, identities, sizes, formats.')
    .argument('<data>', 'folder of identities, RecordIO, tar, parquet, MS-Celeb-1M lines, or a list')
    .option('--images <number>', 'look into so many images, evenly spread', positiveInteger, 1000)
    .option('--workers <number>', 'threads (default: one per core)', upTo('workers'))
    .addOption(formOption())
    .addOption(splitOption())
    .addOption(imageColumnOption())
    .addOption(labelColumnOption())
    .option('--json', 'print one JSON object')
    .action(async (path, { images, workers, json, verbose: _, ...form }) => {
      const report = await inspectData(path, { images, ...(workers !== undefined && { workers }) }, form);
      print(json ? JSON.stringify(report) : describeReport(report));
    });
