import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Dataset } from '@hm/datasets';
import type { Head } from '@hm/losses';
import type { Backbone } from '@hm/resnet';
import { InvalidArgumentError, printable } from '@hm/tensor/host';
import type { Dashboard, FineTuneOptions } from '@hm/train';
import { eventLine, followRun, type RunEnd } from '../follow-run.ts';
import { backboneOf } from '../options/backbone-options.ts';
import { engineOf } from '../options/engine-option.ts';
import { withoutUndefined } from '../options/without-undefined.ts';
import { progress } from '../output/progress.ts';
import { shardOfRank } from '../shard-of-rank.ts';
import { stopOnInterrupt } from '../stop-on-interrupt.ts';
import { settingsTyped } from './options.ts';
import { recipeOf, settingsOfRecipe } from './recipe-of.ts';
import { mergedSettings, ownSettings, repeatedSettings } from './repeated-settings.ts';
import { assertSettings, defaultOf, type Settings } from './settings.ts';
import { trainingData } from './training-data.ts';
import { heldOut, validationOf } from './validation.ts';

/** Options of `hm train` besides settings. */
export interface TrainCommandOptions {
  out: string;
  from?: string;
  recipe?: string;
  resume?: true;
  dashboard?: number | true;
  json?: true;
}

/** Trains and prints the events, as JSON lines or as text. */
export async function runTraining(options: TrainCommandOptions, command: CommandUnknownOpts): Promise<void> {
  const settings = await settingsOf(options, settingsTyped(command));
  const leads = (shardOfRank(process.env)?.index ?? 0) === 0;
  const line = progress('training');
  const interrupt = stopOnInterrupt(leads ? line.print : () => {});
  let dashboard: Dashboard | undefined;
  try {
    // Of several processes only rank 0 validates.
    const { validate: _, ...followed } = settings;
    const run = await openRun(options, leads ? settings : followed, interrupt.signal);
    if (leads) dashboard = await dashboardOf(options, line.print);
    const end = await followRun(run, line, (event) => {
      dashboard?.tell(event);
      const text = options.json ? JSON.stringify(event) : eventLine(event);
      if (text !== undefined) line.log(options.json ? text : printable(text, 1000));
    });
    // Of several processes only rank 0 receives events.
    if (end === undefined) return;
    if (!options.json) line.log(printable(ending(options.out, end), 1000));
    if (end.kind === 'stopped') process.exitCode = interrupt.status;
  } finally {
    line.stop();
    interrupt.release();
    await dashboard?.close();
  }
}

/** Merges settings: those typed override those of `--recipe`, and these override those of `--from`. */
async function settingsOf({ from, recipe }: TrainCommandOptions, typed: Settings): Promise<Settings> {
  const repeated = from === undefined ? {} : await repeatedSettings(from);
  const chosen = recipe === undefined ? {} : await settingsOfRecipe(recipe);
  const settings = mergedSettings(mergedSettings(repeated, chosen), typed);
  assertSettings(settings);
  return settings;
}

/** Starts the dashboard if it is requested. With `resume` it begins with the run's earlier events. */
async function dashboardOf({ dashboard, out, resume }: TrainCommandOptions, tell: (line: string) => void) {
  if (dashboard === undefined) return undefined;
  const { readEvents, startDashboard } = await import('@hm/train');
  const earlier = resume ? await readEvents(out) : [];
  const page = await startDashboard({ earlier, ...(dashboard !== true && { port: dashboard }) });
  tell(`Live page: ${page.url}`);
  return page;
}

async function openRun({ out, resume }: TrainCommandOptions, settings: Settings, signal: AbortSignal) {
  const { train } = await import('@hm/train');
  const { seed = defaultOf<number>('seed'), validate: folder, validatePairs, validatePeople } = settings;
  const { threads, validateEvery, validationTimeoutSeconds, patience, checkpointEvery, keep } = settings;
  const { hardness, tensorBoard, kernels, stepsPerCall, onBadSample, batchTimeoutSeconds, workers } =
    settings;
  const { dataLicense, unlabeled, allowChangedData } = settings;
  // Check what was typed before reading any data.
  const network = await networkOf(settings);
  const recipe =
    settings.recipe === 'finetune' ? undefined : await recipeOf(await namedRecipe(settings), settings);
  const scoring = withoutUndefined({ validate: folder, validatePairs, validatePeople, threads });
  const { data, validate } = await heldOut(await dataOf(settings), { ...scoring, seed });
  const { openDataset } = await import('@hm/datasets');
  return train({
    ...network,
    ...(unlabeled !== undefined && { unlabeled: await openDataset(unlabeled) }),
    recipe: recipe ?? (await fineTuned(network.backbone, data, settings)),
    data,
    engine: engineOf({ ...settings, provider: settings.provider ?? defaultOf<'cpu'>('provider') }),
    ...{ out, seed, signal, command: ownSettings(settings) as Record<string, unknown> },
    ...withoutUndefined({ validate: validate ?? (await validationOf(scoring)), validateEvery, patience }),
    ...withoutUndefined({
      resume,
      hardness,
      tensorBoard,
      kernels,
      stepsPerCall,
      onBadSample,
      allowChangedData,
      dataLicense,
    }),
    ...withoutUndefined({ batchTimeoutSeconds, validationTimeoutSeconds, checkpointEvery, keep, workers }),
  });
}

async function networkOf({
  loss: { name, ...lossOptions } = {},
  labelSmoothing,
  backbone = {},
  pretrained,
}: Settings) {
  if (name === undefined) throw noLoss();
  const { name: network, ...options } = backbone;
  return {
    ...(await backboneOf({ ...options, imageSize: sizeOf(backbone), backbone: network, pretrained })),
    head: await lossHead(name, lossOptions, labelSmoothing),
  };
}

/** Creates a loss by name. @throws {InvalidArgumentError} if the name or an option is unknown */
async function lossHead(
  name: string,
  options: Record<string, unknown> = {},
  labelSmoothing?: number,
): Promise<Head> {
  const { headConfig, headFromConfig, withLabelSmoothing } = await import('@hm/losses');
  const config = headConfig(name, options);
  return headFromConfig(labelSmoothing === undefined ? config : withLabelSmoothing(config, labelSmoothing));
}

const sizeOf = ({
  imageSize = defaultOf<[number, number]>('backbone.imageSize'),
}: Settings['backbone'] & object) => imageSize;

function dataOf({ data: { path, ...form } = {}, synthetic = {}, seed, backbone = {} }: Settings) {
  const { identities, imagesPerIdentity, hardness } = synthetic;
  return trainingData({
    ...form,
    ...withoutUndefined({ data: path, synthetic: identities }),
    imagesPerIdentity: imagesPerIdentity ?? defaultOf<number>('synthetic.imagesPerIdentity'),
    hardness: hardness ?? defaultOf<number>('synthetic.hardness'),
    seed: seed ?? defaultOf<number>('seed'),
    imageSize: sizeOf(backbone),
  });
}

async function namedRecipe({ recipe }: Settings) {
  const { paper, quick } = await import('@hm/train');
  return recipe === 'quick' ? quick : paper;
}

/** Returns the recipe for fine-tuning, which depends on the network and the data. */
async function fineTuned(backbone: Backbone, data: Dataset, settings: Settings) {
  const { fineTune } = await import('@hm/train');
  const { epochs, batchSize, learningRate } = settings as FineTuneOptions;
  return recipeOf(await fineTune(backbone, data, { epochs, batchSize, learningRate }), settings);
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
