import { type Backbone, backboneByName } from '@hm/resnet';
import { toPth } from '@hm/resnet/pth';
import { checkOptions, flattenParams, type HostTensor } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import { type LoadedRun, loadRun } from '../run-folder/load-run.ts';
import { trainedValues } from './trained-values.ts';

/** Options of {@link exportPth}. */
export interface ExportPthOptions {
  /** The run's backbone; needed only if it is not one of @hm/resnet's. */
  backbone?: Backbone;
  /** `average` takes the moving averages of a recipe with `averageDecay`. Default `last`. */
  weights?: 'last' | 'average';
}

/**
 * Exports the trained network as a PyTorch state dict. `torch.load(weights_only=True)` reads it, and `load_state_dict`
 * of the original network accepts it: insightface's, AdaFace's, torchvision's.
 *
 * @param run folder of a run, whose newest checkpoint is used, or the result of {@link loadRun}.
 * @throws {InvalidArgumentError} if no PyTorch form of the network is known, or there are no averages.
 * @example
 * await writeFile('backbone.pth', await exportPth('runs/hm-arcface'));
 */
export async function exportPth(
  run: string | LoadedRun,
  options: ExportPthOptions = {},
): Promise<Uint8Array> {
  checkOptions('exportPth', options, { backbone: 'object', weights: { oneOf: ['last', 'average'] } });
  checkArguments('exportPth', { run }, { run: ['string', 'object'] });
  const { backbone, weights = 'last' } = options;
  const loaded = typeof run === 'string' ? await loadRun(run) : run;
  const { params, statistics } = trainedValues('exportPth', loaded, weights);
  const { name, config } = loaded.config.backbone;
  return toPth(backbone ?? backboneByName(name, config), {
    params: flattenParams(params) as NetworkValues,
    statistics: flattenParams(statistics) as NetworkValues,
  });
}

type NetworkValues = Record<string, HostTensor<'float32'>>;
