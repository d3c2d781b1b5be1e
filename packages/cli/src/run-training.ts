import type { Command } from '@commander-js/extra-typings';
import type { Provider } from '@hm/onnx/session';
import { InvalidArgumentError, printable } from '@hm/tensor/host';
import { type BackboneOptions, backboneOf } from './backbone-options.ts';
import type { Dashboard } from './dashboard/dashboard-server.ts';
import { type EngineName, engineOf } from './engine-option.ts';
import type { RunEnd } from './follow-run.ts';
import { eventLine, followRun } from './follow-run.ts';
import { lossHead } from './loss-head.ts';
import { progress } from './progress.ts';
import { readEvents } from './read-events.ts';
import { type RecipeOptions, recipeOf } from './recipe-options.ts';
import { ownCommand, repeatedOptions } from './repeated-options.ts';
import { shardOfRank } from './shard-of-rank.ts';
import { stopOnInterrupt } from './stop-on-interrupt.ts';
import { type DataOptions, trainingData } from './training-data.ts';
import { heldOut, type ValidationOptions, validationOf } from './validation.ts';
import { withoutUndefined } from './without-undefined.ts';

/** What `hm train` takes. */
export interface TrainCommandOptions
  extends DataOptions,
    Omit<BackboneOptions, 'imageSize'>,
    RecipeOptions,
    ValidationOptions {
  loss?: string;
  labelSmoothing?: number;
  from?: string;
  lossOptions?: Record<string, unknown>;
  out: string;
  resume?: true;
  allowChangedData?: true;
  skipBadImages?: true;
  dataLicense?: string;
  checkpointEvery?: number;
  keep?: number;
  pretrained?: string;
  validateEvery?: number;
  patience?: number;
  batchTimeout?: number;
  validationTimeout?: number;
  hardSamples?: true;
  tensorboard?: true;
  dashboard?: number | true;
  engine?: EngineName;
  kernels?: 'direct' | 'measured';
  provider: Provider;
  device?: number;
  threads?: number;
  workers?: number;
  json?: true;
}

/** Trains as the options say and tells how it goes: events as JSON lines, or lines for people. */
export async function runTraining(typed: TrainCommandOptions, command: Command): Promise<void> {
  const options = await repeatedOptions(typed, command);
  const leads = (shardOfRank(process.env)?.index ?? 0) === 0;
  const line = progress('training');
  const interrupt = stopOnInterrupt(leads ? line.print : () => {});
  let dashboard: Dashboard | undefined;
  try {
    const run = await openRun(leads ? options : followed(options), interrupt.signal);
    if (leads) dashboard = await dashboardOf(options, line.print);
    const end = await followRun(run, line, (event) => {
      dashboard?.tell(event);
      const text = options.json ? JSON.stringify(event) : eventLine(event);
      if (text !== undefined) line.log(options.json ? text : printable(text, 1000));
    });
    // Of several processes only the first is told.
    if (end === undefined) return;
    if (!options.json) line.log(printable(ending(options.out, end), 1000));
    if (end.kind === 'stopped') process.exitCode = interrupt.status;
  } finally {
    line.stop();
    interrupt.release();
    await dashboard?.close();
  }
}

/** What a process does that others share a batch with, and that the first one leads: it trains, and no more. */
function followed({ validate: _, ...options }: TrainCommandOptions): TrainCommandOptions {
  return options;
}

/** The live page, if it is asked for, with what the run has told so far. */
async function dashboardOf({ dashboard, out, resume }: TrainCommandOptions, tell: (line: string) => void) {
  if (dashboard === undefined) return undefined;
  const { startDashboard } = await import('./dashboard/dashboard-server.ts');
  const page = await startDashboard(dashboard === true ? 0 : dashboard, resume ? await readEvents(out) : []);
  tell(`Live page: ${page.url}`);
  return page;
}

async function openRun(options: TrainCommandOptions, signal: AbortSignal) {
  const { out, seed, resume, checkpointEvery, keep, workers, dataLicense } = options;
  const { validateEvery, allowChangedData, kernels, patience } = options;
  const { batchTimeout: batchTimeoutSeconds, validationTimeout: validationTimeoutSeconds } = options;
  const { train } = await import('@hm/train');
  // What was typed is checked before anything is read.
  const parts = await partsOf(options);
  const { data, validate } = await heldOut(await trainingData(options), options);
  return train({
    ...parts,
    recipe: parts.recipe ?? (await recipeOf(options, { backbone: parts.backbone, data })),
    data,
    engine: engineOf(options),
    ...{ out, seed, signal, command: ownCommand(options) },
    onBadSample: options.skipBadImages ? 'skip' : 'throw',
    ...withoutUndefined({ validate: validate ?? (await validationOf(options)), validateEvery, patience }),
    ...withoutUndefined({ hardness: options.hardSamples, tensorBoard: options.tensorboard }),
    ...withoutUndefined({ kernels, allowChangedData, batchTimeoutSeconds, validationTimeoutSeconds }),
    ...withoutUndefined({ resume, checkpointEvery, keep, workers, dataLicense }),
  });
}

/** A recipe that looks at the data is made once they are there. */
async function partsOf(options: TrainCommandOptions) {
  const { backbone, pretrained, stem, block, head, embeddingNorm, embeddingSize, imageSize } = options;
  const { loss, lossOptions, labelSmoothing } = options;
  if (loss === undefined) throw noLoss();
  const network = withoutUndefined({ stem, block, head, embeddingNorm, embeddingSize });
  const start = await backboneOf({ backbone, pretrained, ...network, imageSize });
  return {
    ...start,
    head: await lossHead(loss, lossOptions, labelSmoothing),
    recipe: options.recipe === 'finetune' ? undefined : await recipeOf(options),
  };
}

const noLoss = () =>
  new InvalidArgumentError({
    where: 'hm train',
    expected: 'either --loss NAME or --from RUN',
    received: 'neither',
    fix: 'Name the loss, or the run to repeat.',
  });

function ending(out: string, end: RunEnd): string {
  if (end.kind === 'stopped') {
    return `Stopped after step ${end.step} of ${end.steps}; ${end.checkpoint} holds it. Go on with the same command and --resume.`;
  }
  return `Trained. Next: hm export ${out}`;
}
