import type { ModelCalibration } from '@hm/eval';
import type { Verdict } from '@hm/recognize';
import { InvalidArgumentError, printable } from '@hm/tensor/host';
import { command } from '../command.ts';
import { assertFile } from '../input.ts';
import { openModel } from '../open-model.ts';
import { modelOptions } from '../options/model-options.ts';
import { finiteNumber } from '../options/parse-option.ts';
import { withoutUndefined } from '../options/without-undefined.ts';
import { print, tell } from '../output/print.ts';
import { takenFace } from '../taken-face.ts';

/** Exit status if the photographs show different people. */
const DIFFERENT = 2;

/** `hm verify A B`: tells if two photographs show the same person. */
export const verify = () =>
  modelOptions(
    command('verify')
      .description('Compare the first photograph with each of the others: is it the same person?')
      .argument('<first>', 'photograph')
      .argument('<others...>', 'photographs to compare it with')
      .option('--model <file>', 'ONNX file of the network (default: the one that npm installed)')
      .option('--threshold <similarity>', 'smallest cosine similarity of the same person', finiteNumber)
      .option('--calibration <file>', 'calibration file of hm eval --calibration; its --flip is used')
      .option('--far <rate>', 'acceptable false match rate (default: 0.001)', finiteNumber),
  )
    .addHelpText('after', `\nExit status: 0 the same person (all of them), ${DIFFERENT} another, 1 an error.`)
    .action(async (first, others, { model, threshold, calibration: path, far, json, ...options }) => {
      if (threshold !== undefined && path !== undefined) throw bothThresholds();
      if (model !== undefined) await assertFile(model, 'a model');
      for (const photograph of [first, ...others]) await assertFile(photograph, 'a photograph');
      const calibration =
        path === undefined ? undefined : await (await import('@hm/eval')).readModelCalibration(path);
      if (calibration) assertRate(calibration, far);
      const flip = calibration?.flip ?? options.flip;
      const recognizer = await openModel('hm verify', model, { ...options, flip, calibration });
      try {
        const verdicts: Comparison[] = [];
        for (const second of others) {
          const verdict = await recognizer.verify(first, second, withoutUndefined({ threshold, far }));
          verdicts.push({ paths: [first, second], ...verdict });
        }
        const note = calibration && noteOf(calibration.model, recognizer.name);
        if (note) tell(note);
        if (json) print(JSON.stringify(verdicts.length === 1 ? verdicts[0] : verdicts));
        else for (const verdict of verdicts) print(describe(verdict, takenFace(options.prefer)));
        if (!verdicts.every(({ same }) => same)) process.exitCode = DIFFERENT;
      } finally {
        await recognizer.release();
      }
    });

type Comparison = Verdict & { paths: [string, string] };

function describe(comparison: Comparison, taken: string): string {
  const { paths, same, similarity, threshold, probability, falseMatchRate, first, second } = comparison;
  const chance = probability === null ? '' : `, probability ${probability.toPrecision(3)}`;
  const rate =
    falseMatchRate === null
      ? ''
      : `; of pairs of different people ${percent(falseMatchRate.rate)} are as similar as the threshold`;
  const crowd = [first, second]
    .map(({ faces }, k) =>
      faces > 1 ? `\n  ${printable(paths[k]!)} shows ${faces} faces: ${taken} was compared` : '',
    )
    .join('');
  const verdict = same ? 'the same person' : 'different people';
  return `${printable(paths[1])}: ${verdict}${chance} (similarity ${similarity.toFixed(4)}, threshold ${threshold.toFixed(4)}${rate})${crowd}`;
}

const percent = (rate: number) => `${Number((100 * rate).toPrecision(2))} %`;

const noteOf = (calibrated: string, model: string) =>
  calibrated === model
    ? undefined
    : printable(`Note: the calibration was made for ${calibrated}, the model is ${model}.`);

const bothThresholds = () =>
  new InvalidArgumentError({
    where: 'hm verify',
    expected: 'either --threshold or --calibration',
    received: 'both',
    fix: 'Leave out one of them.',
  });

/** @throws {InvalidArgumentError} if the calibration has no threshold for the rate. */
function assertRate({ thresholds }: ModelCalibration, far = 0.001): void {
  const rates = thresholds.map((each) => each.far);
  if (rates.includes(far)) return;
  throw new InvalidArgumentError({
    where: 'hm verify',
    expected: `--far among the rates of the calibration: ${rates.join(', ') || 'none'}`,
    received: far,
    fix:
      rates.length > 0
        ? `Pass --far ${Math.min(...rates)}.`
        : 'Calibrate on more pairs: hm eval MODEL --lfw ALIGNED --calibration FILE.',
    fields: { far, rates },
  });
}
