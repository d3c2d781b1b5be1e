import { access, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Flip, VerificationResult } from '@hm/eval';
import type { Backbone } from '@hm/resnet';
import { checkOptions } from '@hm/tensor/host';
import type { EpochEvent, Recipe, TrainEvent } from '@hm/train';
import { followRun } from '../follow-run.ts';
import { lossHead } from '../loss-head.ts';
import { writeResult } from '../output.ts';
import type { Progress } from '../progress.ts';
import { readEvents } from '../read-events.ts';
import { withoutUndefined } from '../without-undefined.ts';
import type { StudyData } from './study-data.ts';

/** Options of {@link study}. */
export interface StudyOptions {
  data: StudyData;
  /** Names of losses, each trained from the same first weights on the same batches. */
  losses: readonly string[];
  backbone: Backbone;
  recipe: Recipe;
  seed: number;
  /** Folder for runs and models. */
  out: string;
  /** Use of the mirrored image. Default `off`. */
  flip?: Flip;
  /** Begin anew where a run is already. Default false: go on with it. */
  overwrite?: boolean;
  /** Threads of ONNX Runtime. */
  threads?: number;
  /** Threads that decode images. */
  workers?: number;
  /** Raise it to write a checkpoint and stop. */
  signal?: AbortSignal;
  /** Makes what shows how far a part is. */
  progress: (label: string) => Progress;
  /** Told of each event of each run. */
  tell?: (loss: string, event: TrainEvent) => void;
}

/** One loss: how it was trained and what it scored. */
export interface StudyRun {
  loss: string;
  /** The loss's options. */
  config: Readonly<Record<string, unknown>>;
  epochs: EpochEvent[];
  /** Path of the ONNX file. */
  model: string;
  result: VerificationResult;
}

/**
 * The main job: trains a network with each loss, exports it, scores the file. Returns undefined if the signal stopped it;
 * called again with the same options it goes on.
 *
 * @throws {InvalidArgumentError} if a loss is unknown, or the folder holds runs of another configuration.
 */
export async function study(options: StudyOptions): Promise<StudyRun[] | undefined> {
  checkOptions('study', options, {
    ...{ data: 'object', losses: 'array', backbone: 'object', recipe: 'object', seed: 'number' },
    ...{ out: 'string', flip: { oneOf: ['off', 'sum', 'concat'] }, overwrite: 'boolean' },
    ...{ threads: 'number', workers: 'number', signal: 'object', progress: 'function', tell: 'function' },
  });
  const runs: StudyRun[] = [];
  const heads = await Promise.all(options.losses.map((loss) => lossHead(loss)));
  await mkdir(join(options.out, 'models'), { recursive: true });
  for (const [index, head] of heads.entries()) {
    const loss = options.losses[index]!;
    const run = await trainOne(options, loss);
    if (run === undefined) return undefined;
    const model = join(options.out, 'models', `${loss}.onnx`);
    await writeResult(model, await run.exportOnnx());
    const epochs = await readEpochs(run.out);
    runs.push({ loss, config: head.config, epochs, model, result: await score(options, model) });
  }
  return runs;
}

async function trainOne({ data, backbone, recipe, seed, ...options }: StudyOptions, loss: string) {
  const { train } = await import('@hm/train');
  const out = join(options.out, 'runs', loss);
  const begun = await exists(join(out, 'run.json'));
  if (begun && options.overwrite) await rm(out, { recursive: true });
  const run = train({
    ...{ data: data.train, backbone, head: await lossHead(loss), recipe, out, seed, keep: 1 },
    resume: begun && !options.overwrite,
    engine: { kind: 'onnx', ...withoutUndefined({ threads: options.threads }) },
    ...withoutUndefined({ workers: options.workers, signal: options.signal }),
  });
  const line = options.progress(`training ${loss}`);
  try {
    const end = await followRun(run, line, (event) => options.tell?.(loss, event));
    return end?.kind === 'done' ? run : undefined;
  } finally {
    line.stop();
  }
}

async function score({ data, flip = 'off', threads, progress }: StudyOptions, model: string) {
  const { loadEmbedder, verify } = await import('@hm/eval');
  const embedder = await loadEmbedder(model, withoutUndefined({ threads }));
  const line = progress('embedding');
  try {
    return await verify(embedder, data.protocol, {
      flip,
      onProgress: (done, total) => line.update(done, total),
    });
  } finally {
    line.stop();
    await embedder.release();
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The epochs of a run from its `metrics.jsonl`: also those before it was interrupted. */
async function readEpochs(run: string): Promise<EpochEvent[]> {
  const events = (await readEvents(run)) as (TrainEvent & { time: string })[];
  return events.filter((event): event is EpochEvent & { time: string } => event.kind === 'epoch');
}
