import { createLoader, type Loader } from '@hm/datasets';
import type { Program } from '@hm/onnx';
import type { HostTensor } from '@hm/tensor';
import { beginRun } from './begin-run.ts';
import { compileOn, type StepOptions } from './engine/compile-on.ts';
import type { TrainEvent } from './events.ts';
import { logEvent } from './metrics-log.ts';
import { TensorBoardFile } from './observe/tensor-board.ts';
import type { ResolvedOptions } from './options.ts';
import { compilePartial } from './partial-program.ts';
import { runConfig } from './run-config.ts';
import { EpochSampler, NEIGHBOURS } from './sampling/epoch-sampler.ts';
import { readPretrained } from './start/read-pretrained.ts';
import { trainingStep } from './step/training-step.ts';
import { TrainingLoop } from './training-loop.ts';

/** The events of a run; asking for them is what trains. Each is in `metrics.jsonl` before it is handed on. */
export async function* runEvents(options: ResolvedOptions): AsyncGenerator<TrainEvent, void, void> {
  let board: TensorBoardFile | undefined;
  for await (const event of unlogged(options)) {
    await logEvent(options.out, event);
    if (options.tensorBoard && event.kind === 'start') board = new TensorBoardFile(options.out, event.step);
    await board?.write(event);
    yield event;
  }
}

async function* unlogged(options: ResolvedOptions): AsyncGenerator<TrainEvent, void, void> {
  const { backbone } = options;
  const pretrained =
    options.pretrained === undefined ? undefined : await readPretrained(options.pretrained, backbone);
  const config = runConfig(options, pretrained);
  const beginning = await beginRun(options, config, pretrained);
  for (const { path, reason } of beginning.damaged) yield { kind: 'damaged', path, reason };
  const loader = openLoader(options);
  let program: Program | undefined;
  try {
    const { [NEIGHBOURS]: neighbours, ...state } = beginning.state;
    const sampler = new EpochSampler(options, neighbours as HostTensor<'int32'> | undefined);
    program = await compileStep(options, state);
    yield* new TrainingLoop({ options, config, loader, program, beginning, sampler }).events();
  } finally {
    await Promise.all([program?.release(), loader.close()]);
  }
}

function openLoader({ data, recipe, preprocessing, seed, workers, onBadSample }: ResolvedOptions): Loader {
  return createLoader(data, {
    batchSize: recipe.batchSize / (recipe.accumulate ?? 1),
    augment: recipe.augment,
    dropLast: true,
    preprocessing,
    seed,
    ...(workers === undefined ? {} : { workers }),
    ...(onBadSample === undefined ? {} : { onBadSample }),
  });
}

function compileStep(options: ResolvedOptions, state: StepOptions['state']): Promise<Program> {
  const { backbone, head, recipe, engine, data, seed } = options;
  const { partialFc } = recipe;
  const batchSize = recipe.batchSize / (recipe.accumulate ?? 1);
  const step = trainingStep(backbone, head, recipe, { sampleLosses: options.hardness ?? false });
  const stepOptions: StepOptions = {
    state,
    inputs: {
      images: { shape: [batchSize, ...backbone.imageSize, 3] },
      labels: { shape: [batchSize], dtype: 'int32' },
      learningRate: { shape: [] },
      step: { shape: [] },
      ...(recipe.accumulate === undefined ? {} : { update: { shape: [] } }),
    },
  };
  if (partialFc === undefined) return compileOn(engine, step, stepOptions);
  return compilePartial(engine, step, stepOptions, { ...partialFc, classes: data.classes, seed });
}
