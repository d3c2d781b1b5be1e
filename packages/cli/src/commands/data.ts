import { Argument } from '@commander-js/extra-typings';
import type { DatasetReport, InspectOptions } from '@hm/datasets';
import { printable } from '@hm/tensor/host';
import { command } from '../command.ts';
import { type DataFormOptions, dataFormOptions } from '../data/data-options.ts';
import { describeProblems, describeReport } from '../data/describe-report.ts';
import { openData } from '../data/open-data.ts';
import { positiveInteger, upTo, wholeNumber } from '../options/parse-option.ts';
import { withoutUndefined } from '../options/without-undefined.ts';
import { print } from '../output/print.ts';
import { progress } from '../output/progress.ts';
import { clean } from './data/clean.ts';
import { convert } from './data/convert.ts';
import { overlap } from './data/overlap.ts';
import { sample } from './data/sample.ts';
import { synth } from './data/synth.ts';

/** `hm data`: commands for data sets, to use before training. */
export const data = () => {
  const parent = command('data').description('Look into data sets, check, convert, fetch and render them.');
  for (const make of [info, check, clean, overlap, convert, sample, synth, fetchCommand])
    parent.addCommand(make());
  return parent;
};

/** `hm data info DATA`: shows what a data set contains. */
const info = () =>
  dataFormOptions(
    command('info')
      .description('Show what a data set contains: images, identities, sizes, formats.')
      .argument('<data>', 'folder of identities, RecordIO, tar, parquet, MS-Celeb-1M lines, or a list')
      .option('--images <number>', 'number of images to inspect, evenly spread', positiveInteger, 1000)
      .option('--workers <number>', 'worker threads (default: one per core)', upTo('workers')),
  )
    .option('--json', 'print JSON')
    .action(async (path, { images, workers, json, verbose: _, ...form }) => {
      const report = await inspectData(path, { images, ...(workers !== undefined && { workers }) }, form);
      print(json ? JSON.stringify(report) : describeReport(report));
    });

/** `hm data fetch lfw`: downloads a public data set from its mirrors. */
const fetchCommand = () =>
  command('fetch')
    .description(
      'Download, verify and unpack a public data set. Run again, it resumes where it was interrupted.',
    )
    .addArgument(new Argument('<name>', 'what to fetch').choices(['lfw'] as const))
    .option('--out <folder>', 'folder for images and lists', 'lfw')
    .option('--mirror <url>', 'base URL of lfw.tgz, pairs.txt …, instead of the public servers')
    .option('--keep-archive', 'keep lfw.tgz after unpacking')
    .option('--json', 'print JSON')
    .action(async (_, { out, mirror, keepArchive, json }) => {
      const { fetchLfw } = await import('@hm/datasets');
      const line = progress('downloading');
      const onProgress = (file: string, done: number, total: number) => line.update(done, total, file);
      try {
        const fetched = await fetchLfw(out, { onProgress, ...withoutUndefined({ mirror, keepArchive }) });
        line.stop();
        print(json ? JSON.stringify(fetched) : `${printable(fetched.images)}\n${printable(fetched.pairs)}`);
      } finally {
        line.stop();
      }
    });

/** `hm data check DATA`: lists the problems of a data set. */
const check = () =>
  dataFormOptions(
    command('check')
      .description('Decode every image and list problems; the exit code is 1 if there are any.')
      .argument('<data>', 'folder of identities, RecordIO, tar, parquet, MS-Celeb-1M lines, or a list')
      .option('--few <images>', 'list identities with fewer images than this', positiveInteger, 2)
      .option(
        '--near-bits <number>',
        'largest distance between the 128-bit hashes of near-duplicates, 0 to 7',
        wholeNumber,
        4,
      )
      .option('--workers <number>', 'worker threads (default: one per core)', upTo('workers')),
  )
    .option('--json', 'print JSON')
    .action(async (path, { few: fewImages, nearBits, workers, json, verbose: _, ...form }) => {
      const options = { fewImages, nearBits, ...(workers !== undefined && { workers }) };
      const report = await inspectData(path, options, form);
      const problems = describeProblems(report);
      const text = `${describeReport(report)}\n\n${problems || 'Nothing is wrong.'}`;
      print(json ? JSON.stringify({ ok: problems === '', ...report }) : text);
      if (problems !== '') process.exitCode = 1;
    });

/** Inspects a data set, with a progress bar. */
async function inspectData(
  path: string,
  options: InspectOptions,
  form: DataFormOptions,
): Promise<DatasetReport> {
  const { inspectDataset } = await import('@hm/datasets');
  const line = progress('reading');
  try {
    const onProgress = (done: number, total: number) => line.update(done, total);
    return await inspectDataset(await openData(path, form), { ...options, onProgress });
  } finally {
    line.stop();
  }
}
