import { Option } from '@commander-js/extra-typings';
import { command } from '../command.ts';
import { describeResult } from '../describe-result.ts';
import { finiteNumber, imageSize, positiveInteger } from '../parse-option.ts';
import { preprocessingFromOptions } from '../preprocessing-from-options.ts';
import { progress } from '../progress.ts';
import { providerOption } from '../provider-option.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { writeReport, writeText } from '../write-report.ts';

/** `hm eval MODEL --lfw ALIGNED`: scores an ONNX file by the protocol of LFW. */
export const evaluate = () =>
  command('eval')
    .description(
      'Score a face-embedding network from its ONNX file on LFW, or on any folder and list in its form.',
    )
    .argument('<model>', 'ONNX file')
    .requiredOption('--lfw <folder>', 'aligned images, as NAME/NAME_0001.jpg')
    .option('--pairs <file>', 'list of pairs (default: pairs.txt in the folder or beside it)')
    .option('--skip-missing', 'drop pairs whose image is missing; the score is then not the official one')
    .addOption(
      new Option('--flip <how>', 'what the mirrored image adds')
        .choices(['off', 'sum', 'concat'] as const)
        .default('off' as const),
    )
    .addOption(
      new Option('--distance <name>', 'between embeddings')
        .choices(['squared-euclidean', 'cosine'] as const)
        .default('squared-euclidean' as const),
    )
    .addOption(
      new Option('--threshold-search <how>', "every threshold, or insightface's grid")
        .choices(['exact', 'grid'] as const)
        .default('exact' as const),
    )
    .addOption(providerOption())
    .option('--threads <number>', 'threads of ONNX Runtime', positiveInteger)
    .optionsGroup('For a model without our metadata, all four:')
    .option('--size <pixels>', 'input size, 112 or 112x96 (height x width)', imageSize)
    .option('--mean <number>', 'what is subtracted from each 8-bit value, 127.5 for example', finiteNumber)
    .option('--scale <number>', 'what the difference is divided by, 128 for example', finiteNumber)
    .addOption(new Option('--channels <order>', 'order of the colours').choices(['rgb', 'bgr'] as const))
    .optionsGroup('Options:')
    .option('--json', 'print one JSON object')
    .option('--out <file>', 'write the JSON to a file, for hm report')
    .option(
      '--scores',
      'the distance of every pair in the JSON, for hm report to compare losses pair by pair',
    )
    .option('--report <file>', 'write a page with curves, histograms and the hardest pairs')
    .option('--thumbnails', 'with --report: put pictures of the hardest pairs into the page')
    .action(async (model, options) => {
      const { lfw, pairs, skipMissing, flip, distance, thresholdSearch, provider, threads, json } = options;
      const { out, scores, report, thumbnails } = options;
      const preprocessing = preprocessingFromOptions(options);
      const [{ lfwPairs }, { loadEmbedder, toJson, verify }] = await Promise.all([
        import('@hm/datasets'),
        import('@hm/eval'),
      ]);
      const protocol = await lfwPairs(lfw, withoutUndefined({ pairs, skipMissing }));
      const embedder = await loadEmbedder(model, withoutUndefined({ preprocessing, provider, threads }));
      const line = progress('embedding');
      const onProgress = (done: number, total: number) => line.update(done, total);
      try {
        const result = await verify(embedder, protocol, {
          ...{ flip, distance, thresholdSearch, onProgress },
          scores: scores === true || report !== undefined,
        });
        line.stop();
        if (report !== undefined) await writeReport(report, result, thumbnails ? protocol : undefined);
        const { scores: _, ...bare } = result;
        const text = toJson(scores ? result : bare);
        if (out !== undefined) await writeText(out, text);
        console.log(json ? text : describeResult(result));
      } finally {
        line.stop();
        await embedder.release();
      }
    });
