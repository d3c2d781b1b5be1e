import { access, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Flip, VerificationResult } from '@hm/eval';
import { type Head, headByName } from '@hm/losses';
import type { Backbone } from '@hm/resnet';
import { writeFileSafely } from '@hm/tensor/files';
import { checkOptions } from '@hm/tensor/host';
import type { EpochEvent, Recipe, TrainEvent } from '@hm/train';
import type { ComparisonData } from './comparison-data.ts';

/** Options of {@link compareLosses}. */
export interface CompareLossesOptions {
  data: ComparisonData;
  /** Names of losses, each trained from the same initial weights on the same batches. */
  losses: readonly string[];
  backbone: Backbone;
  recipe: Recipe;
  seed: number;
  /** Folder for runs and models. */
  out: string;
  /** Use of the mirrored image. Default `off`. */
  flip?: Flip;
  /** Starts over where there is a run already. Default false: go on with it. */
  overwrite?: boolean;
  /** Number of ONNX Runtime's threads. */
  threads?: number;
  /** Number of threads that decode images. */
  workers?: number;
  /** Signal to write a checkpoint and stop. */
  signal?: AbortSignal;
  /** Called with each run's events, and with the progress of embedding. */
  onEvent?: (event: ComparisonEvent) => void;
}

/** Progress of a comparison. */
export type ComparisonEvent =
  | { kind: 'training'; loss: string; event: TrainEvent }
  | { kind: 'embedding'; loss: string; done: number; total: number };

/** One loss: how it was trained and what it scored. */
export interface ComparedLoss {
  loss: string;
  /** Options of the loss. */
  config: Readonly<Record<string, unknown>>;
  epochs: EpochEvent[];
  /** Path of the ONNX file. */
  model: string;
  result: VerificationResult;
}

/**
 * Trains a network with each loss, exports it and scores the file. Returns undefined if the signal stopped it; calling
 * it again with the same options resumes.
 *
 * @throws {InvalidArgumentError} if a loss is unknown, or the folder holds runs of another configuration.
 * @example
 * const people = { identities: 100, imagesPerIdentity: 20, heldOut: 100, imagesPerHeldOut: 8 };
 * const data = await renderedComparison({ ...people, pairsPerFold: 200, hardness: 0.3, size: 112, seed: 1 });
 * const options = { backbone: resnet18(), recipe: quick, seed: 1, out: 'report' };
 * const compared = await compareLosses({ data, losses: ['ce', 'hm-ce'], ...options });
 * for (const { loss, result } of compared ?? []) console.log(loss, result.accuracy);
 */
export async function compareLosses(options: CompareLossesOptions): Promise<ComparedLoss[] | undefined> {
  checkOptions('compareLosses', options, {
    ...{ data: 'object', losses: 'array', backbone: 'object', recipe: 'object', seed: 'number' },
    ...{ out: 'string', flip: { oneOf: ['off', 'sum', 'concat'] }, overwrite: 'boolean' },
    ...{ threads: 'number', workers: 'number', signal: 'object', onEvent: 'function' },
  });
  const heads = options.losses.map((loss) => headByName(loss));
  const compared: ComparedLoss[] = [];
  await mkdir(join(options.out, 'models'), { recursive: true });
  for (const [index, head] of heads.entries()) {
    const loss = options.losses[index]!;
    const run = await trainOne(options, loss, head);
    if (run === undefined) return undefined;
    const model = join(options.out, 'models', `${loss}.onnx`);
    await writeFileSafely(model, await run.exportOnnx());
    const epochs = await readEpochs(run.out);
    compared.push({ loss, config: head.config, epochs, model, result: await score(options, loss, model) });
  }
  return compared;
}

async function trainOne(
  { data, backbone, recipe, seed, onEvent, threads, workers, signal, ...options }: CompareLossesOptions,
  loss: string,
  head: Head,
) {
  const { train } = await import('@hm/train');
  const out = join(options.out, 'runs', loss);
  const begun = await exists(join(out, 'run.json'));
  if (begun && options.overwrite) await rm(out, { recursive: true });
  const run = train({
    ...{ data: data.train, backbone, head, recipe, out, seed, keep: 1 },
    resume: begun && !options.overwrite,
    engine: { kind: 'onnx', ...(threads !== undefined && { threads }) },
    ...(workers !== undefined && { workers }),
    ...(signal !== undefined && { signal }),
  });
  let isDone = false;
  for await (const event of run) {
    if (event.kind === 'done') isDone = true;
    onEvent?.({ kind: 'training', loss, event });
  }
  return isDone ? run : undefined;
}

async function score(
  { data, flip = 'off', threads, onEvent }: CompareLossesOptions,
  loss: string,
  model: string,
): Promise<VerificationResult> {
  const { loadEmbedder, verify } = await import('@hm/eval');
  const embedder = await loadEmbedder(model, threads === undefined ? {} : { threads });
  try {
    return await verify(embedder, data.protocol, {
      flip,
      onProgress: (done, total) => onEvent?.({ kind: 'embedding', loss, done, total }),
    });
  } finally {
    await embedder.release();
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Reads the epochs of a run, including those before it was interrupted. */
async function readEpochs(run: string): Promise<EpochEvent[]> {
  const { readEvents } = await import('@hm/train');
  return (await readEvents(run)).filter((event): event is EpochEvent => event.kind === 'epoch');
}
