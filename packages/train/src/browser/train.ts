import type { Preprocessing } from '@hm/datasets/browser';
import { checkOptions, InvalidArgumentError, type OptionKinds } from '@hm/tensor';
import { exportLoaded } from '../export/export-loaded.ts';
import type { TrainEvent } from '../observe/events.ts';
import { resolveOptions, type TrainOptions, trainOptions } from '../options.ts';
import { pageEvents } from './page-events.ts';
import type { PageStore } from './page-store.ts';

type Shared =
  | 'data'
  | 'unlabeled'
  | 'backbone'
  | 'head'
  | 'recipe'
  | 'optimizer'
  | 'seed'
  | 'resume'
  | 'signal'
  | 'logEvery'
  | 'checkpointEvery'
  | 'validate'
  | 'validateEvery'
  | 'patience'
  | 'hardness'
  | 'hardnessGroups'
  | 'dataLicense';

/** Options of {@link train} in a page: some of those of Node's `train`, and a store for checkpoints. */
export interface PageTrainOptions extends Pick<TrainOptions, Shared> {
  /** Store for checkpoints: {@link indexedDbStore}, or one of your own. */
  store: PageStore;
  /** Provider that computes the steps. Default `cpu`, which is WebAssembly. */
  provider?: 'cpu' | 'webgpu';
  /** Number of WebAssembly threads, in a page that is cross-origin isolated. Default: as ONNX Runtime chooses. */
  threads?: number;
  /** Preparation of the images. Default: what the backbone's file says, else `(x − 127.5) / 128`, RGB, at its size. */
  preprocessing?: Preprocessing;
}

const { data, unlabeled, backbone, head, recipe, optimizer, seed, resume, signal, ...others } = trainOptions;
const {
  logEvery,
  checkpointEvery,
  validate,
  validateEvery,
  patience,
  hardness,
  hardnessGroups,
  dataLicense,
} = others;

/** Types of the members of {@link PageTrainOptions}. */
const pageOptions: OptionKinds<PageTrainOptions> = {
  ...{ data, unlabeled, backbone, head, recipe, optimizer, seed, resume, signal },
  ...{ logEvery, checkpointEvery, validate, validateEvery, patience, hardness, hardnessGroups, dataLicense },
  ...{ store: 'object', provider: { oneOf: ['cpu', 'webgpu'] }, threads: 'number', preprocessing: 'object' },
};

/** A run in a page. Iterating over its events trains. */
export interface PageRun extends AsyncIterable<TrainEvent> {
  /** Exports the network of the newest checkpoint as an ONNX file, with metadata on how to prepare images. */
  exportOnnx(): Promise<Uint8Array>;
}

/**
 * Trains in a browser with onnxruntime-web, with the loop, step, recipes and checkpoints of Node's `train`, on
 * photographs in memory. Nothing is sent anywhere. Abort `signal` to pause with a checkpoint, and continue with
 * `resume: true`, even after the page was closed: the weights are then the same to the bit. Steps run on the calling
 * thread, so call it in a worker.
 *
 * @throws {InvalidArgumentError} if options do not fit; from the loop, if the store holds a run and `resume` is false,
 * or the configuration differs from the resumed run's.
 * @throws {InvalidDataError} if there are too few photographs; from the loop, if one is not of the network's size.
 * @throws {NonFiniteError} from the loop, if loss or weights are no longer finite; the last good checkpoint stays.
 * @throws {UnavailableError} from the loop, if another tab trains this run, or the provider is not available.
 * @example
 * const backbone = await fromOnnx(bytes);
 * const data = people([{ name: 'Ada', photographs: adas }, { name: 'Grace', photographs: graces }]);
 * const recipe = await fineTune(backbone, data, { batchSize: 8 });
 * const run = train({ data, backbone, head: hardMining(arcFace()), recipe, store: indexedDbStore('friends') });
 * for await (const event of run) console.log(event);
 */
export function train(options: PageTrainOptions): PageRun {
  const { store, provider = 'cpu', threads, ...shared } = checkOptions('train', options, pageOptions);
  if (shared.recipe?.partialFc !== undefined) throw noPartialFc();
  const engine = { kind: 'onnx' as const, provider, ...(threads !== undefined && { threads }) };
  const resolved = resolveOptions({ ...shared, out: 'the page', engine });
  return {
    async exportOnnx() {
      const { checkpoint } = await store.newest();
      if (checkpoint === undefined) throw nothingToExport();
      return exportLoaded(checkpoint, { backbone: resolved.backbone });
    },
    [Symbol.asyncIterator]: () => pageEvents(resolved, engine, store),
  };
}

const noPartialFc = () =>
  new InvalidArgumentError({
    where: 'train option "recipe.partialFc"',
    expected: 'a recipe without it, in a page',
    received: 'one with it',
    fix: 'Leave it out, or train with Node.',
  });

const nothingToExport = () =>
  new InvalidArgumentError({
    where: 'exportOnnx',
    expected: 'a run with a checkpoint',
    received: 'none yet',
    fix: 'Go through the events of the run first.',
  });
