import { preprocessingToMetadata } from '@hm/datasets/browser';
import { headShorthand } from '@hm/losses';
import { exportOnnx, trace } from '@hm/onnx';
import { withMetadata } from '@hm/onnx/session';
import { type Backbone, backboneByName, type Variables } from '@hm/resnet';
import {
  disposeParams,
  flattenParams,
  type HostTensor,
  InvalidArgumentError,
  type Params,
  toTensors,
  unflattenParams,
} from '@hm/tensor';
import type { Progress } from '../run-folder/checkpoint.ts';
import type { LoadedRun } from '../run-folder/load-run.ts';
import type { Part, RunConfig } from '../run-folder/run-config.ts';
import { withTfjs } from '../with-tfjs.ts';
import { type ImageLayout, inferenceGraph } from './network-graph.ts';
import { trainedValues } from './trained-values.ts';

/** Options of `exportRun`. */
export interface ExportRunOptions {
  /** The run's backbone; needed only if it is not one of @hm/resnet's. */
  backbone?: Backbone;
  /** Layout of the input images. Default `nchw`, `[N, 3, H, W]`. */
  layout?: ImageLayout;
  /** `average` takes the moving averages of a recipe with `averageDecay`. Default `last`. */
  weights?: 'last' | 'average';
  /**
   * Folds batch normalization into the convolutions: the same embeddings with fewer operators, but training cannot
   * start from the file. Default true.
   */
  foldNormalization?: boolean;
}

/** Parts of a run that an export needs. */
export type Source = Pick<LoadedRun, 'config' | 'progress' | 'versions' | 'state'>;

/** Exports the network of a checkpoint as an ONNX file; see `exportRun`. */
export async function exportLoaded(loaded: Source, options: ExportRunOptions = {}): Promise<Uint8Array> {
  const backbone = options.backbone ?? namedBackbone(loaded.config.backbone);
  const { layout = 'nchw', weights = 'last', foldNormalization = true } = options;
  assertSameBackbone(backbone, loaded.config.backbone);
  return withTfjs(async () => {
    const variables = variablesOf(loaded, weights);
    try {
      const { run, inputs, parameters } = inferenceGraph(backbone, variables, layout);
      const metadata = metadataOf(loaded, backbone.embeddingSize, weights);
      return await exportOnnx(run, inputs, { parameters, metadata, foldNormalization });
    } finally {
      disposeParams(variables.params);
      disposeParams(variables.statistics);
    }
  });
}

/** Exports the network during training. The comparison with the eager network, the slowest part, is left out. */
export async function snapshot(source: Source, backbone: Backbone): Promise<Uint8Array> {
  const weights = source.config.recipe.averageDecay === undefined ? 'last' : 'average';
  return withTfjs(async () => {
    const variables = variablesOf(source, weights);
    try {
      const { run, inputs, parameters } = inferenceGraph(backbone, variables, 'nchw');
      const model = trace(run, inputs, { parameters, foldNormalization: true });
      return withMetadata(model, metadataOf(source, backbone.embeddingSize, weights));
    } finally {
      disposeParams(variables.params);
      disposeParams(variables.statistics);
    }
  });
}

function variablesOf(source: Source, weights: 'last' | 'average'): Variables {
  const { params, statistics } = trainedValues('exportRun', source, weights);
  const tensors = (values: Params<HostTensor>) => unflattenParams(toTensors(flattenParams(values)));
  return { params: tensors(params), statistics: tensors(statistics) };
}

function metadataOf(
  { config, progress, versions }: Source,
  embeddingSize: number,
  weights: string,
): Record<string, string> {
  return {
    ...preprocessingToMetadata(config.preprocessing),
    'hm.embeddingSize': String(embeddingSize),
    'hm.backbone': JSON.stringify(config.backbone),
    'hm.head': JSON.stringify(config.head),
    'hm.loss': headShorthand(config.head),
    'hm.recipe': JSON.stringify(config.recipe),
    'hm.training': JSON.stringify({ ...training(config, progress), versions, weights }),
    ...license(config),
  };
}

const training = ({ seed, data }: RunConfig, { step, epoch }: Progress) => ({
  step,
  epochs: epoch,
  seed,
  data,
});

const license = ({ dataLicense }: RunConfig): Record<string, string> =>
  dataLicense === undefined ? {} : { 'hm.dataLicense': dataLicense };

const namedBackbone = ({ name, config }: Part): Backbone => backboneByName(name, config);

function assertSameBackbone({ name, config }: Backbone, saved: Part): void {
  const [given, wanted] = [{ name, config }, saved].map((value) => JSON.stringify(value));
  if (given === wanted) return;
  throw new InvalidArgumentError({
    where: 'exportRun',
    expected: `the run's backbone, ${wanted}`,
    received: given,
    fix: 'Pass the backbone that the run was trained with.',
  });
}
