import type { Verdict } from '@hm/recognize';
import { InvalidArgumentError, printable } from '@hm/tensor/host';
import { command } from '../command.ts';
import { modelOptions } from '../model-options.ts';
import { openModel } from '../open-model.ts';
import { finiteNumber } from '../parse-option.ts';
import { print, tell } from '../print.ts';
import { readCalibration } from '../read-calibration.ts';
import { withoutUndefined } from '../without-undefined.ts';

/** Exit status where the photographs show different people. */
const DIFFERENT = 2;

/** `hm verify A B --model M`: whether two photographs show one person. */
export const verify = () =>
  modelOptions(
    command('verify')
      .description('Say whether photographs show one person: the first against each of the others.')
      .argument('<first>', 'photograph')
      .argument('<others...>', 'photographs to compare it with')
      .requiredOption('--model <file>', 'ONNX file')
      .option('--threshold <similarity>', 'least cosine similarity of one person', finiteNumber)
      .option('--calibration <file>', 'written by hm eval --calibration; its flip is used')
      .option('--far <rate>', 'with --calibration: false accept rate (default: 0.001)', finiteNumber),
  )
    .addHelpText('after', `\nExit status: 0 the same person (all of them), ${DIFFERENT} another, 1 an error.`)
    .action(async (first, others, { model, threshold, calibration: path, far, json, ...options }) => {
      if (threshold === undefined && path === undefined) throw noThreshold();
      const calibration = path === undefined ? undefined : await readCalibration(path);
      const flip = calibration?.flip ?? options.flip;
      const recognizer = await openModel('hm verify', model, { ...options, flip });
      try {
        const verdicts: Comparison[] = [];
        for (const second of others) {
          const verdict = withoutUndefined({ threshold, calibration, far });
          verdicts.push({ first, second, ...(await recognizer.compare(first, second, verdict)) });
        }
        const note = calibration && noteOf(calibration.model, recognizer.name);
        if (note) tell(note);
        if (json) print(JSON.stringify(verdicts.length === 1 ? verdicts[0] : verdicts));
        else for (const verdict of verdicts) print(describe(verdict));
        if (!verdicts.every(({ same }) => same)) process.exitCode = DIFFERENT;
      } finally {
        await recognizer.release();
      }
    });

type Comparison = Verdict & { first: string; second: string };

function describe({ second, same, similarity, threshold, probability }: Comparison): string {
  const chance = probability === null ? '' : `, probability ${probability.toPrecision(3)}`;
  const verdict = same ? 'the same person' : 'different people';
  return `${printable(second)}: ${verdict} (similarity ${similarity.toFixed(4)}, threshold ${threshold.toFixed(4)}${chance})`;
}

const noteOf = (calibrated: string, model: string) =>
  calibrated === model
    ? undefined
    : printable(`Note: the calibration was made for ${calibrated}, the model is ${model}.`);

const noThreshold = () =>
  new InvalidArgumentError({
    where: 'hm verify',
    expected: '--threshold or --calibration: a threshold is worth nothing for another model',
    received: 'neither',
    fix: 'Calibrate the model: hm eval MODEL --lfw ALIGNED --calibration FILE.',
  });
