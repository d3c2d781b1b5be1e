import { checkArguments, checkOptions } from '@hm/tensor';
import { type LoadedRun, loadRun } from '../run-folder/load-run.ts';
import { type ExportRunOptions, exportLoaded } from './export-loaded.ts';

/**
 * Exports the trained network as an ONNX file with input `input`, output `embedding` and any batch size. The metadata
 * say how to prepare images (`hm.preprocessing`) and where the network comes from: `hm.embeddingSize`, `hm.backbone`,
 * `hm.loss` (`hm-arcface`), `hm.head`, `hm.recipe`, `hm.training`, `hm.dataLicense`.
 *
 * @param run folder of a run, whose newest checkpoint is used, or the result of {@link loadRun}.
 * @throws {InvalidDataError} if the folder has no checkpoint that can be read.
 * @throws {InvalidArgumentError} if the backbone is unknown or not the run's, or there are no averages.
 * @example
 * await writeFile('face.onnx', await exportRun('runs/hm-arcface'));
 */
export async function exportRun(
  run: string | LoadedRun,
  options: ExportRunOptions = {},
): Promise<Uint8Array> {
  checkOptions('exportRun', options, {
    ...{ backbone: 'object', layout: { oneOf: ['nchw', 'nhwc'] }, weights: { oneOf: ['last', 'average'] } },
    foldNormalization: 'boolean',
  });
  checkArguments('exportRun', { run }, { run: ['string', 'object'] });
  return exportLoaded(typeof run === 'string' ? await loadRun(run) : run, options);
}
