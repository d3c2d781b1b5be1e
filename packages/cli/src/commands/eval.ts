import { Option } from '@commander-js/extra-typings';
import type { VerificationProtocol } from '@hm/datasets';
import type { VerificationResult } from '@hm/eval';
import { command } from '../command.ts';
import { describeResult } from '../describe-result.ts';
import { evaluationData, templateOptions } from '../evaluation-data.ts';
import { assertFile } from '../input.ts';
import { formatByName, prepareFile, writeResult } from '../output.ts';
import { finiteNumber, positiveInteger, thresholdFrom, upTo } from '../parse-option.ts';
import { preprocessingFromOptions } from '../preprocessing-from-options.ts';
import { channelsOption, meanOption, scaleOption, sizeOption } from '../preprocessing-options.ts';
import { print } from '../print.ts';
import { progress } from '../progress.ts';
import { providerOption } from '../provider-option.ts';
import { withoutUndefined } from '../without-undefined.ts';

/** `hm eval MODEL --lfw ALIGNED`: scores an ONNX file by the protocol of LFW, or by another with `--protocol`. */
export const evaluate = () =>
  command('eval')
    .description(
      'Score a face-embedding network from its ONNX file on LFW, or on another protocol with --protocol.',
    )
    .argument('<model>', 'ONNX file')
    .option('--lfw <folder>', 'aligned images, as NAME/NAME_0001.jpg')
    .option('--protocol <path>', 'YouTube Faces, a .bin set, or a list of pairs of aligned images')
    .option('--pairs <file>', 'list of pairs (default: pairs.txt in the folder or beside it)')
    .option(
      '--groups <file>',
      'CSV with a header: image, group and perhaps quality; errors are reported for each group',
    )
    .option(
      '--fmr <rate>',
      'false match rate of all pairs at which groups and quality are judged (default: at the threshold of the accuracy)',
      finiteNumber,
    )
    .option('--skip-missing', 'drop pairs whose image is missing; the score is then not the official one')
    .addOption(
      new Option('--flip <how>', 'what the mirrored image adds')
        .choices(['off', 'sum', 'concat'] as const)
        .default('off' as const),
    )
    .addOption(
      new Option('--distance <name>', 'between embeddings')
        .choices(['squared-euclidean', 'cosine', 'angle', 'squared-euclidean-raw'] as const)
        .default('squared-euclidean' as const),
    )
    .addOption(
      new Option('--threshold-search <how>', "every threshold, insightface's grid, or another program's")
        .choices(['exact', 'grid', 'sphereface', 'clcarwin', 'facex-zoo'] as const)
        .default('exact' as const),
    )
    .option('--threshold <distance>', 'from elsewhere, or "best" of these pairs (optimistic)', thresholdFrom)
    .option('--train-pairs <file>', "with --lfw: the list that the threshold is chosen on, as View 1's")
    .option('--center', "subtract the mean embedding of the other folds, as SphereFace's code")
    .addOption(
      new Option('--aggregation <how>', 'how the images of a template or video are joined').choices([
        'mean-embedding',
        'mean-distance',
        'min-distance',
        'max-distance',
      ] as const),
    )
    .option('--best-frames <number>', 'only the frames with the longest embeddings', positiveInteger)
    .option('--keep-norms', 'longer embeddings of a template count more')
    .option('--output <name>', 'the embedding, of a model with several outputs')
    .addOption(providerOption())
    .option('--threads <number>', 'threads of ONNX Runtime', upTo('threads'))
    .optionsGroup('For a model without our metadata, all four:')
    .addOption(sizeOption())
    .addOption(meanOption())
    .addOption(scaleOption())
    .addOption(channelsOption())
    .optionsGroup('Options:')
    .option('--json', 'print one JSON object')
    .option('--out <file>', 'write the JSON to a file, for hm report')
    .option(
      '--scores',
      'the distance of every pair in the JSON, for hm report to compare losses pair by pair',
    )
    .option('--calibration <file>', 'write thresholds for false accept rates, for hm verify')
    .option('--report <file>', 'write a page with curves, histograms and the hardest pairs')
    .option('--thumbnails', 'pictures of the hardest pairs in the page of --report')
    .action(async (model, options) => {
      const { lfw, protocol, pairs, trainPairs, skipMissing, flip, distance, thresholdSearch } = options;
      const { threshold, center, provider, threads, json, out, report, thumbnails, calibration } = options;
      const preprocessing = preprocessingFromOptions(options);
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
        // Printed first: what cannot be written is then still there.
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

async function prepareOutputs({ out, report, calibration }: Record<string, string | undefined>) {
  for (const [option, file] of Object.entries({ '--out': out, '--calibration': calibration }))
    if (file !== undefined) formatByName(option, file, { '.json': 'json' });
  if (report !== undefined) formatByName('--report', report, { '.html': 'page', '.htm': 'page' });
  for (const file of [out, report, calibration]) if (file !== undefined) await prepareFile(file);
}

/** Writes an evaluation's page, with pictures if the protocol is given. */
async function writeReport(
  file: string,
  result: VerificationResult,
  thumbnails: VerificationProtocol | undefined,
): Promise<void> {
  const { toHtml } = await import('@hm/eval');
  await writeResult(file, await toHtml(result, { thumbnails }));
}
