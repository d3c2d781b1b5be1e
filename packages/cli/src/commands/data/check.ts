import { command } from '../../command.ts';
import { formOption, imageColumnOption, labelColumnOption, splitOption } from '../../data/data-options.ts';
import { describeProblems, describeReport } from '../../data/describe-report.ts';
import { inspectData } from '../../data/inspect-data.ts';
import { positiveInteger, upTo, wholeNumber } from '../../parse-option.ts';
import { print } from '../../print.ts';

/** `hm data check DATA`: what is wrong with it. */
export const check = () =>
  command('check')
    .description('Decode every image and list what may be wrong; the exit code is 1 if anything is.')
    .argument('<data>', 'folder of identities, RecordIO, tar, parquet, MS-Celeb-1M lines, or a list')
    .option('--few <images>', 'identities with fewer are listed', positiveInteger, 2)
    .option(
      '--near-bits <number>',
      'of 128 in which pictures that look the same may differ, 0 to 7',
      wholeNumber,
      4,
    )
    .option('--workers <number>', 'threads (default: one per core)', upTo('workers'))
    .addOption(formOption())
    .addOption(splitOption())
    .addOption(imageColumnOption())
    .addOption(labelColumnOption())
    .option('--json', 'print one JSON object')
    .action(async (path, { few: fewImages, nearBits, workers, json, verbose: _, ...form }) => {
      const options = { fewImages, nearBits, ...(workers !== undefined && { workers }) };
      const report = await inspectData(path, options, form);
      const problems = describeProblems(report);
      const text = `${describeReport(report)}\n\n${problems || 'Nothing is wrong.'}`;
      print(json ? JSON.stringify({ ok: problems === '', ...report }) : text);
      if (problems !== '') process.exitCode = 1;
    });
