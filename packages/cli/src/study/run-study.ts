import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  ComparisonAlignment,
  ComparisonData,
  ComparisonEvent,
  ComparisonReport,
  RenderedComparisonOptions,
} from '@hm/study';
import { InvalidArgumentError, printable } from '@hm/tensor/host';
import { alignInto } from '../align-into.ts';
import { eventLine, showEvent } from '../follow-run.ts';
import { backboneOf } from '../options/backbone-options.ts';
import { withoutUndefined } from '../options/without-undefined.ts';
import { writeResult } from '../output/output.ts';
import { print, tell } from '../output/print.ts';
import { type Progress, progress } from '../output/progress.ts';
import { stopOnInterrupt } from '../stop-on-interrupt.ts';
import { squareSize } from '../train/training-data.ts';

/** Options of `hm study`. */
export interface StudyCommandOptions extends Omit<RenderedComparisonOptions, 'size'> {
  losses: string[];
  out: string;
  data?: string;
  lfw?: string;
  pairs?: string;
  exclude?: string;
  epochs?: number;
  batch: number;
  lr: number;
  imageSize: [height: number, width: number];
  threads?: number;
  workers?: number;
  overwrite?: true;
  json?: true;
}

/** Runs a study and writes its report. */
export async function runStudy(options: StudyCommandOptions): Promise<void> {
  const began = performance.now();
  const interrupt = stopOnInterrupt(tell);
  const shown = new ShownComparison();
  try {
    const { compareLosses, comparisonReport } = await import('@hm/study');
    const data = await studyData(options);
    tell(printable(data.description, 2000));
    const settings = await studySettings(options);
    const { losses, out, overwrite, threads, workers } = options;
    const compared = await compareLosses({
      ...{ data, ...settings, losses, out, signal: interrupt.signal },
      ...withoutUndefined({ overwrite, threads, workers }),
      onEvent: (event) => shown.show(event),
    });
    const seconds = (performance.now() - began) / 1000;
    if (compared === undefined) stopped(interrupt.status);
    else
      await writeReport(
        options,
        comparisonReport(compared, { data: data.description, ...settings, seconds }),
      );
  } finally {
    shown.stop();
    interrupt.release();
  }
}

/** Shows the events of a comparison: a progress bar for each part, and lines for events worth reporting. */
class ShownComparison {
  #part = '';
  #line: Progress | undefined;

  show(event: ComparisonEvent): void {
    const line = this.#lineOf(event.kind === 'training' ? `training ${event.loss}` : 'embedding');
    if (event.kind === 'embedding') line.update(event.done, event.total);
    else {
      showEvent(event.event, line);
      const text = eventLine(event.event);
      if (text !== undefined) tell(printable(`${event.loss}: ${text}`, 1000));
    }
  }

  stop(): void {
    this.#line?.stop();
  }

  #lineOf(part: string): Progress {
    if (this.#line === undefined || part !== this.#part) {
      this.stop();
      this.#line = progress(part);
      this.#part = part;
    }
    return this.#line;
  }
}

async function studyData(options: StudyCommandOptions): Promise<ComparisonData> {
  const { photographComparison, renderedComparison } = await import('@hm/study');
  const { data, lfw, pairs, exclude, out, imageSize } = options;
  if (data === undefined && lfw === undefined) {
    const { identities, imagesPerIdentity, heldOut, imagesPerHeldOut, pairsPerFold, hardness, seed } =
      options;
    const people = { identities, imagesPerIdentity, heldOut, imagesPerHeldOut };
    return renderedComparison({ ...people, pairsPerFold, hardness, seed, size: squareSize(imageSize) });
  }
  if (data === undefined || lfw === undefined) throw onlyOne(data === undefined ? '--lfw' : '--data');
  const align = async (input: string, output: string, settings: ComparisonAlignment) => {
    tell(printable(`The images in ${input} are not 112 × 112: aligning them into ${output}.`));
    await alignInto(input, output, settings, tell);
  };
  const given = withoutUndefined({ pairs, exclude });
  return photographComparison({ data, lfw, aligned: join(out, 'aligned'), align, ...given });
}

async function studySettings({
  data,
  epochs = data === undefined ? 3 : 8,
  batch,
  lr,
  imageSize,
  seed,
}: StudyCommandOptions) {
  const { changeRecipe, quick } = await import('@hm/train');
  const recipe = changeRecipe(quick, { epochs, batchSize: batch, learningRate: lr });
  return { recipe, ...(await backboneOf({ imageSize })), seed };
}

async function writeReport({ out, json }: StudyCommandOptions, report: ComparisonReport): Promise<void> {
  const { comparisonMarkdown } = await import('@hm/study');
  const markdown = comparisonMarkdown(report);
  await mkdir(out, { recursive: true });
  await writeResult(join(out, 'report.md'), markdown);
  await writeResult(join(out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  print(json ? JSON.stringify(report) : markdown);
  tell(printable(`Written: ${join(out, 'report.md')} and ${join(out, 'report.json')}.`));
}

function stopped(status: number): void {
  tell('Stopped with a checkpoint. The same command goes on from it (without --overwrite).');
  process.exitCode = status;
}

const onlyOne = (given: string) =>
  new InvalidArgumentError({
    where: 'hm study',
    expected: '--data and --lfw together, or neither',
    received: `only ${given}`,
    fix: 'Pass both for photographs, none for rendered faces.',
  });
