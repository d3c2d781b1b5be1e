import { checkOptions, InvalidArgumentError } from '@hm/tensor';
import { exportRun } from './export/export-run.ts';
import type { TrainEvent } from './observe/events.ts';
import { resolveOptions, type TrainOptions, trainOptions } from './options.ts';
import { runEvents } from './run-events.ts';

/** A run. Iterating over its events trains. */
export interface Run extends AsyncIterable<TrainEvent> {
  /** Folder of the run. */
  readonly out: string;
  /** Exports the network of the newest checkpoint as an ONNX file; see {@link exportRun}. */
  exportOnnx(): Promise<Uint8Array>;
}

/**
 * Trains a backbone and a head on a data set by stochastic gradient descent. Each step is one graph, traced once and
 * run by ONNX Runtime. The same options give the same weights to the bit, also through any number of stops and resumes.
 * Only one loop can iterate over the events. Leaving it stops at once, without a checkpoint; abort `signal` to stop
 * with one.
 *
 * @throws {InvalidArgumentError} if options do not fit; from the loop, if the folder holds a run and `resume` is false,
 * or the configuration differs from the resumed run's, or a parameter gets no gradient.
 * @throws {InvalidDataError} if the data set is too small; from the loop, if an image or every checkpoint is damaged.
 * @throws {NonFiniteError} from the loop, if loss or weights are no longer finite; the last good checkpoint stays.
 * @throws {UnavailableError} from the loop, if the engine cannot be used or the disk is full.
 * @example
 * const run = train({ data, backbone: resnet18(), head: hardMining(arcFace()), recipe: paper, out: 'runs/hm-arcface' });
 * for await (const event of run) if (event.kind === 'epoch') console.log(event.epoch, event.loss);
 * await writeFile('hm-arcface.onnx', await run.exportOnnx());
 */
export function train(options: TrainOptions): Run {
  const resolved = resolveOptions(checkOptions('train', options, trainOptions));
  const { out, backbone } = resolved;
  let taken = false;
  return {
    out,
    exportOnnx: () => exportRun(out, { backbone }),
    [Symbol.asyncIterator]() {
      if (taken) throw secondConsumer(out);
      taken = true;
      return runEvents(resolved);
    },
  };
}

const secondConsumer = (out: string) =>
  new InvalidArgumentError({
    where: 'train',
    expected: 'one loop over the events of a run',
    received: 'a second one',
    fix: `Share the events from the first loop, or read ${out}/metrics.jsonl.`,
  });
