import { join } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import type { EmbedderOptions } from '@hm/eval';
import { type HostTensor, InvalidArgumentError, printable } from '@hm/tensor/host';
import { command } from '../command.ts';
import { assertFile, assertFolder } from '../input.ts';
import { finiteNumber, positiveInteger } from '../options/parse-option.ts';
import { preprocessingFromOptions } from '../options/preprocessing-from-options.ts';
import { channelsOption, meanOption, scaleOption, sizeOption } from '../options/preprocessing-options.ts';
import { withoutUndefined } from '../options/without-undefined.ts';
import { formatByName, prepareFile, writeResult } from '../output/output.ts';
import { print } from '../output/print.ts';

/** `hm quantize MODEL OUT --precision int8 --faces DIR`: writes a smaller copy of a model. */
export const quantize = () =>
  command('quantize')
    .description('Quantize a model to 8 bits (calibrated on aligned faces) or to half precision.')
    .argument('<model>', 'ONNX file in float32')
    .argument('<out>', 'ONNX file to write')
    .addOption(
      new Option('--precision <name>', 'precision of the copy')
        .choices(['int8', 'fp16'] as const)
        .default('int8' as const),
    )
    .option('--faces <folder>', 'aligned faces to calibrate int8 with')
    .option('--output <name>', 'name of the embedding output, if the model has several outputs')
    .option('--samples <number>', 'number of faces to calibrate with, evenly spread', positiveInteger, 64)
    .option(
      '--percentile <share>',
      'percentile beyond which values are clipped, for example 99.99 (default: none)',
      finiteNumber,
    )
    .optionsGroup('Needed together for a model without hm metadata:')
    .addOption(sizeOption())
    .addOption(meanOption())
    .addOption(scaleOption())
    .addOption(channelsOption())
    .optionsGroup('Options:')
    .option('--json', 'print JSON')
    .action(async (path, out, { precision, faces, samples, percentile, output, json, ...options }) => {
      const preprocessing = preprocessingFromOptions(options, 'hm quantize');
      await assertFile(path, 'a model');
      if (precision === 'int8' && faces === undefined) throw noFaces();
      if (faces !== undefined) await assertFolder(faces, 'a folder of aligned faces');
      formatByName('<out>', out, { '.onnx': 'onnx' });
      await prepareFile(out);
      const { readRegularFile } = await import('@hm/tensor/files');
      const precisions = await import('@hm/onnx/precision');
      const model = new Uint8Array(await readRegularFile(path));
      const bytes =
        precision === 'fp16'
          ? precisions.toFloat16(model)
          : await precisions.quantize(
              model,
              await calibrationBatches(path, faces!, samples, { preprocessing, output }),
              withoutUndefined({ calibration: percentile === undefined ? undefined : { percentile } }),
            );
      await writeResult(out, bytes);
      const share = precision === 'int8' ? { share: precisions.quantizableShare(model) } : {};
      const report = { path: out, precision, bytes: bytes.length, before: model.length, ...share };
      const megabytes = (count: number) => `${(count / 1e6).toFixed(1)} MB`;
      print(
        json
          ? JSON.stringify(report)
          : `${printable(out)}: ${megabytes(report.bytes)}, ${megabytes(report.before)} before${reached(report.share)}.`,
      );
    });

const reached = (share?: number) =>
  share === undefined ? '' : `; ${Math.floor(share * 100)} % of the weights in 8 bits`;

const noFaces = () =>
  new InvalidArgumentError({
    where: 'hm quantize',
    expected: '--faces, aligned faces to see what range each value has',
    received: 'none',
    fix: 'Pass a folder of a hundred aligned faces or more, or --precision fp16, which needs none.',
  });

/** Returns model inputs for up to `samples` faces of a folder, evenly spread over it. */
async function calibrationBatches(
  model: string,
  folder: string,
  samples: number,
  options: Pick<EmbedderOptions, 'output' | 'preprocessing'>,
): Promise<Record<string, HostTensor>[]> {
  const [{ listImages }, { loadEmbedder }] = await Promise.all([import('@hm/images'), import('@hm/eval')]);
  const { images: names } = await listImages(folder);
  const step = Math.max(1, names.length / samples);
  const chosen = Array.from(
    { length: Math.min(samples, names.length) },
    (_, k) => names[Math.floor(k * step)]!,
  );
  const embedder = await loadEmbedder(model, options);
  try {
    return await embedder.prepare(chosen.map((name) => ({ path: join(folder, name) })));
  } finally {
    await embedder.release();
  }
}
