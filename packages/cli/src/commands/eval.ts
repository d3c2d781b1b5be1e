import { Option } from '@commander-js/extra-typings';
import type { VerificationProtocol } from '@hm/datasets';
import type { VerificationResult } from '@hm/eval';
import { InvalidArgumentError } from '@hm/tensor/host';
import { command } from '../command.ts';
import { evaluationData, templateOptions } from '../evaluation-data.ts';
import { assertFile } from '../input.ts';
import { loadingOptions } from '../options/model-options.ts';
import { finiteNumber, positiveInteger, thresholdFrom } from '../options/parse-option.ts';
import { preprocessingFromOptions } from '../options/preprocessing-from-options.ts';
import { withoutUndefined } from '../options/without-undefined.ts';
import { describeResult } from '../output/describe-result.ts';
import { formatByName, prepareFile, writeResult } from '../output/output.ts';
import { print } from '../output/print.ts';
import { progress } from '../output/progress.ts';

/** `hm eval MODEL --lfw ALIGNED`: scores an ONNX file by the protocol of LFW, or by another with `--protocol`. */
export const evaluate = () =>
  loadingOptions(
    command('eval')
      .description(
        'Score the face-embedding network of an ONNX file on LFW, or on another protocol with --protocol.',
      )
      .argument('<model>', 'ONNX file')
      .option('--lfw <folder>', 'folder of aligned LFW images, as NAME/NAME_0001.jpg')
      .option('--protocol <path>', 'YouTube Faces, a .bin file, or a list of pairs of aligned images')
      .option('--pairs <file>', 'list of pairs (default: pairs.txt in the folder or beside it)')
      .option(
        '--groups <file>',
        'CSV file with the columns image, group and, optionally, quality; errors are reported for each group',
      )
      .option(
        '--fmr <rate>',
        'false match rate at which groups and quality are compared (default: that of the accuracy threshold)',
        finiteNumber,
      )
      .option('--skip-missing', 'skip pairs with a missing image; the score is then not official')
      .addOption(
        new Option('--flip <how>', 'how to add the embedding of the mirrored image')
          .choices(['off', 'sum', 'concat'] as const)
          .default('off' as const),
      )
      .addOption(
        new Option('--distance <name>', 'distance between embeddings')
          .choices(['squared-euclidean', 'cosine', 'angle', 'squared-euclidean-raw'] as const)
          .default('squared-euclidean' as const),
      )
      .addOption(
        new Option(
          '--threshold-search <how>',
          "how the threshold is searched: exactly, on InsightFace's grid, or as another program does",
        )
          .choices(['exact', 'grid', 'sphereface', 'clcarwin', 'facex-zoo'] as const)
          .default('exact' as const),
      )
      .option(
        '--threshold <distance>',
        'fixed threshold, or "best": the best one of these pairs (optimistic)',
        thresholdFrom,
      )
      .option(
        '--train-pairs <file>',
        "with --lfw: list of pairs to choose the threshold on, such as View 1's",
      )
      .option('--center', "subtract the mean embedding of the other folds, as SphereFace's code does")
      .addOption(
        new Option('--aggregation <how>', 'how the images of a template or video are combined').choices([
          'mean-embedding',
          'mean-distance',
          'min-distance',
          'max-distance',
        ] as const),
      )
      .option(
        '--best-frames <number>',
        'number of frames to use, those with the longest embeddings',
        positiveInteger,
      )
      .option('--keep-norms', 'weight the embeddings of a template by their length')
      .option('--output <name>', 'name of the embedding output, if the model has several outputs'),
  )
    .optionsGroup('Options:')
    .option('--json', 'print JSON')
    .option('--out <file>', 'write the JSON to a file, for hm report')
    .option(
      '--scores',
      'include the distance of every pair in the JSON, for hm report to compare losses pair by pair',
    )
    .option('--calibration <file>', 'write a calibration file for hm verify: thresholds by false accept rate')
    .option('--report <file>', 'write an HTML page with curves, histograms and the hardest pairs')
    .option('--thumbnails', 'show the images of the hardest pairs in the page of --report')
    .action(async (model, options) => {
      const { lfw, protocol, pairs, trainPairs, skipMissing, flip, distance, thresholdSearch } = options;
      const { threshold, center, provider, threads, json, out, report, thumbnails, calibration } = options;
      const preprocessing = preprocessingFromOptions(options);
      if (trainPairs !== undefined) assertFromPairs({ '--threshold': threshold, '--center': center });
      await assertFile(model, 'a model');
      await prepareOutputs({ out, report, calibration });
      const { calibrateModel, loadEmbedder, toJson, verify, verifyHeldOut } = await import('@hm/eval');
      const data = withoutUndefined({
        lfw,
        protocol,
        pairs,
        trainPairs,
        skipMissing,
        groups: options.groups,
      });
      const { test, train } = await evaluationData(data);
      const embedder = await loadEmbedder(
        model,
        withoutUndefined({ preprocessing, provider, threads, output: options.output }),
      );
      const line = progress('embedding');
      const scoring = {
        ...{ flip, distance, thresholdSearch },
        templates: templateOptions(withoutUndefined(options)),
        fmr: options.fmr,
        scores: options.scores === true || report !== undefined || calibration !== undefined,
        onProgress: (done: number, total: number) => line.update(done, total),
      };
      try {
        const result = train
          ? await verifyHeldOut(embedder, { train, test }, scoring)
          : await verify(embedder, test, { ...scoring, threshold, center });
        line.stop();
        const { scores: _, ...summary } = result;
        const text = toJson(options.scores ? result : summary);
        // Print first, so that the result is not lost if a file cannot be written.
        print(json ? text : describeResult(result));
        if (out !== undefined) await writeResult(out, text);
        if (report !== undefined) await writeReport(report, result, thumbnails ? test : undefined);
        if (calibration !== undefined)
          await writeResult(calibration, JSON.stringify(calibrateModel(result), null, 2));
      } finally {
        line.stop();
        await embedder.release();
      }
    });

/** Checks that no option contradicts `--train-pairs`, which alone choose the threshold, for embeddings as they are. */
function assertFromPairs(others: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(others).find((option) => others[option] !== undefined);
  if (given === undefined) return;
  throw new InvalidArgumentError({
    where: 'hm eval',
    expected: `--train-pairs without ${given}`,
    received: 'both',
    fix: 'Leave out one of them.',
  });
}

async function prepareOutputs({ out, report, calibration }: Record<string, string | undefined>) {
  for (const [option, file] of Object.entries({ '--out': out, '--calibration': calibration }))
    if (file !== undefined) formatByName(option, file, { '.json': 'json' });
  if (report !== undefined) formatByName('--report', report, { '.html': 'page', '.htm': 'page' });
  for (const file of [out, report, calibration]) if (file !== undefined) await prepareFile(file);
}

/** Writes the page of an evaluation, with images if the protocol is given. */
async function writeReport(
  file: string,
  result: VerificationResult,
  thumbnails: VerificationProtocol | undefined,
): Promise<void> {
  const { toHtml } = await import('@hm/eval');
  await writeResult(file, await toHtml(result, { thumbnails }));
}
