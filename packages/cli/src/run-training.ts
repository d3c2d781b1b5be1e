import type { Provider } from '@hm/onnx/session';
import { type BackboneOptions, backboneOf } from './backbone-options.ts';
import type { RunEnd } from './follow-run.ts';
import { eventLine, followRun } from './follow-run.ts';
import { lossHead } from './loss-head.ts';
import { progress } from './progress.ts';
import { type RecipeOptions, recipeOf } from './recipe-options.ts';
import { INTERRUPTED, stopOnInterrupt } from './stop-on-interrupt.ts';
import { type DataOptions, trainingData } from './training-data.ts';
import { withoutUndefined } from './without-undefined.ts';

/** What `hm train` takes. */
export interface TrainCommandOptions extends DataOptions, Omit<BackboneOptions, 'imageSize'>, RecipeOptions {
  loss: string;
  lossOptions?: Record<string, unknown>;
  out: string;
  resume?: true;
  skipBadImages?: true;
  dataLicence?: string;
  checkpointEvery?: number;
  provider: Provider;
  threads?: number;
  workers?: number;
  json?: true;
}

/** Trains as the options say and tells how it goes: events as JSON lines, or lines for people. */
export async function runTraining(options: TrainCommandOptions): Promise<void> {
  const line = progress('training');
  const interrupt = stopOnInterrupt(line.print);
  try {
    const run = await openRun(options, interrupt.signal);
    const end = await followRun(run, line, (event) => {
      const text = options.json ? JSON.stringify(event) : eventLine(event);
      if (text !== undefined) line.log(text);
    });
    if (!options.json) line.log(ending(options.out, end));
    if (end?.kind === 'stopped') process.exitCode = INTERRUPTED;
  } finally {
    line.stop();
    interrupt.release();
  }
}

async function openRun(options: TrainCommandOptions, signal: AbortSignal) {
  const { out, seed, resume, checkpointEvery, workers, dataLicence, provider, threads } = options;
  const { backbone, stem, block, head, embeddingNorm, embeddingSize, imageSize } = options;
  const { train } = await import('@hm/train');
  const network = withoutUndefined({ stem, block, head, embeddingNorm, embeddingSize });
  const parts = {
    backbone: await backboneOf({ backbone, ...network, imageSize }),
    head: await lossHead(options.loss, options.lossOptions),
    recipe: await recipeOf(options),
  };
  return train({
    ...parts,
    data: await trainingData(options),
    engine: { kind: 'onnx', provider, ...withoutUndefined({ threads }) },
    ...{ out, seed, signal },
    onBadSample: options.skipBadImages ? 'skip' : 'throw',
    ...withoutUndefined({ resume, checkpointEvery, workers, dataLicence }),
  });
}

function ending(out: string, end: RunEnd | undefined): string {
  if (end?.kind === 'stopped') {
    return `Stopped after step ${end.step} of ${end.steps}; ${end.checkpoint} holds it. Go on with the same command and --resume.`;
  }
  return `Trained. Next: hm export ${out}`;
}
