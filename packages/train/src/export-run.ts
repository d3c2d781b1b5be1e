import { preprocessingToMetadata } from '@hm/datasets';
import { exportOnnx } from '@hm/onnx';
import { type Backbone, resnet18, resnet34 } from '@hm/resnet';
import { disposeParams, InvalidArgumentError, type Params, toTensors, unflattenParams } from '@hm/tensor';
import { type LoadedRun, loadRun } from './load-run.ts';
import type { Part, RunConfig } from './run-config.ts';
import { part } from './training-step.ts';
import { withTfjs } from './with-tfjs.ts';

/** What {@link exportRun} may need to be told. */
export interface ExportRunOptions {
  /** The run's backbone; needed only if it is not one of @hm/resnet's. */
  backbone?: Backbone;
  /** How the file takes images. Default `nchw`, `[N, 3, H, W]`. */
  layout?: 'nchw' | 'nhwc';
}

/**
 * The trained network as an ONNX file: input `input`, output `embedding`, a batch of any size. Its metadata say how to
 * prepare images (`hm.preprocessing`) and where it comes from: `hm.embeddingSize`, `hm.backbone`, `hm.head`, `hm.recipe`,
 * `hm.training`, `hm.dataLicence`.
 *
 * @param run a run's folder, of which the newest checkpoint is taken, or what {@link loadRun} returned.
 * @throws {InvalidDataError} if the folder has no checkpoint that can be read.
 * @throws {InvalidArgumentError} if the backbone is unknown or not the run's.
 * @example
 * await writeFile('face.onnx', await exportRun('runs/hm-arcface'));
 */
export async function exportRun(
  run: string | LoadedRun,
  options: ExportRunOptions = {},
): Promise<Uint8Array> {
  const loaded = typeof run === 'string' ? await loadRun(run) : run;
  const backbone = options.backbone ?? backboneOf(loaded.config.backbone);
  assertSameBackbone(backbone, loaded.config.backbone);
  return withTfjs(async () => {
    const params = tree(loaded, 'params.backbone.');
    const statistics = tree(loaded, 'statistics.');
    try {
      return await exportOnnx({
        apply: (images) => backbone.apply({ params, statistics }, images, 'inference').embeddings,
        imageSize: backbone.imageSize,
        metadata: metadataOf(loaded, backbone.embeddingSize),
        layout: options.layout ?? 'nchw',
      });
    } finally {
      disposeParams(params);
      disposeParams(statistics);
    }
  });
}

const tree = ({ state }: LoadedRun, prefix: string): Params =>
  unflattenParams(toTensors(part(state, prefix)));

function metadataOf(
  { config, progress, versions }: LoadedRun,
  embeddingSize: number,
): Record<string, string> {
  const { data, seed } = config;
  return {
    ...preprocessingToMetadata(config.preprocessing),
    'hm.embeddingSize': String(embeddingSize),
    'hm.backbone': JSON.stringify(config.backbone),
    'hm.head': JSON.stringify(config.head),
    'hm.recipe': JSON.stringify(config.recipe),
    'hm.training': JSON.stringify({ step: progress.step, epochs: progress.epoch, seed, data, versions }),
    ...licence(config),
  };
}

const licence = ({ dataLicence }: RunConfig): Record<string, string> =>
  dataLicence === undefined ? {} : { 'hm.dataLicence': dataLicence };

const factories: Record<string, (config: Record<string, unknown>) => Backbone> = { resnet18, resnet34 };

function backboneOf({ name, config }: Part): Backbone {
  const factory = Object.hasOwn(factories, name) ? factories[name] : undefined;
  if (factory !== undefined) return factory(config);
  throw new InvalidArgumentError({
    where: 'exportRun',
    expected: `a backbone of @hm/resnet, or the run's own as \`backbone\``,
    received: name,
    fix: 'Pass the backbone that the run was trained with.',
  });
}

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
