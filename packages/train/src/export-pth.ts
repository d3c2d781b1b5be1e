import { type Backbone, backboneByName } from '@hm/resnet';
import { toPth } from '@hm/resnet/pth';
import { checkOptions, type HostTensor, InvalidArgumentError } from '@hm/tensor';
import { type LoadedRun, loadRun } from './load-run.ts';

/** Options of {@link exportPth}. */
export interface ExportPthOptions {
  /** The run's backbone; needed only if it is not one of @hm/resnet's. */
  backbone?: Backbone;
  /** `average` takes the moving averages of a recipe with `averageDecay`. Default `last`. */
  weights?: 'last' | 'average';
}

/**
 * The trained network as a state dict of PyTorch, which `torch.load(weights_only=True)` reads and `load_state_dict` of the
 * original network takes: insightface's, AdaFace's, torchvision's.
 *
 * @param run a run's folder, of which the newest checkpoint is taken, or what {@link loadRun} returned.
 * @throws {InvalidArgumentError} if the network has no form in PyTorch that is known, or there are no averages.
 * @example
 * await writeFile('backbone.pth', await exportPth('runs/hm-arcface'));
 */
export async function exportPth(
  run: string | LoadedRun,
  options: ExportPthOptions = {},
): Promise<Uint8Array> {
  checkOptions('exportPth', options, { backbone: 'object', weights: { oneOf: ['last', 'average'] } });
  const { backbone, weights = 'last' } = options;
  const { config, state } = typeof run === 'string' ? await loadRun(run) : run;
  if (weights === 'average' && config.recipe.averageDecay === undefined) throw noAverage();
  const under = (branch: string) =>
    Object.fromEntries(
      Object.entries(state)
        .filter(([name]) => name.startsWith(branch))
        .map(([name, value]) => [name.slice(branch.length), value as HostTensor<'float32'>]),
    );
  // Frozen parameters have no average of their own.
  const averages = weights === 'average';
  return toPth(backbone ?? backboneByName(config.backbone.name, config.backbone.config), {
    params: { ...under('params.backbone.'), ...(averages && under('average.backbone.')) },
    statistics: { ...under('statistics.'), ...(averages && under('averageStatistics.')) },
  });
}

const noAverage = () =>
  new InvalidArgumentError({
    where: 'exportPth',
    expected: 'a run whose recipe averages weights',
    received: 'a recipe without averageDecay',
    fix: 'Export the last weights, or train with averageDecay.',
  });
