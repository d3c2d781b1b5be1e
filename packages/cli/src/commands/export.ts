import { join } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import { printable } from '@hm/tensor/host';
import type { RunFile } from '@hm/train';
import { command } from '../command.ts';
import { assertFolder } from '../input.ts';
import { backboneOfFile } from '../options/backbone-options.ts';
import { formatByName, prepareFile, writeResult } from '../output/output.ts';
import { print, tell } from '../output/print.ts';

/** `hm export RUN`: writes the trained network as an ONNX file or as PyTorch weights. */
export const exportRun = () =>
  command('export')
    .description(
      'Export the network of a run as an ONNX file, whose output is checked first, or as PyTorch weights.',
    )
    .argument('<run>', 'folder of a run')
    .option('--out <file>', 'output file: .onnx, or .pth for PyTorch (default: model.onnx in the run)')
    .addOption(
      new Option('--layout <order>', 'input layout: [N, 3, H, W] or [N, H, W, 3]')
        .choices(['nchw', 'nhwc'] as const)
        .default('nchw' as const),
    )
    .option(
      '--no-fold',
      'keep batch normalization apart from convolutions, as hm train --pretrained needs it',
    )
    .option('--ema', 'export the moving average of the weights')
    .option('--best', 'export the checkpoint with the best validation score instead of the newest')
    .option('--backbone <file>', 'ONNX file that the run started from (default: its path at that time)')
    .option('--json', 'print JSON')
    .action(async (run, { out = join(run, 'model.onnx'), layout, fold, ema, best, backbone, json }) => {
      await assertFolder(run, 'the folder of a run');
      const format = formatByName('--out', out, { '.onnx': 'onnx', '.pth': 'pth', '.pt': 'pth' });
      await prepareFile(out);
      const { exportPth, exportRun: exported, loadRun, readConfig } = await import('@hm/train');
      const loaded = await loadRun(run, best ? 'best' : 'newest');
      for (const { path, reason } of loaded.damaged)
        tell(printable(`Damaged, an older one is used: ${path}: ${reason}`));
      const weights = ema ? 'average' : 'last';
      const file =
        backbone ?? (loaded.config.backbone.name === 'onnx' ? startOf(await readConfig(run)) : undefined);
      const network = file === undefined ? {} : { backbone: await backboneOfFile(file) };
      const bytes =
        format === 'pth'
          ? await exportPth(loaded, { weights, ...network })
          : await exported(loaded, { layout, foldNormalization: fold, weights, ...network });
      await writeResult(out, bytes);
      const report = {
        path: out,
        bytes: bytes.byteLength,
        step: loaded.progress.step,
        checkpoint: loaded.path,
      };
      print(
        json
          ? JSON.stringify(report)
          : `${printable(out)}: ${(report.bytes / 1e6).toFixed(1)} MB, step ${report.step}.`,
      );
    });

/** Returns the ONNX file that a run's network came from, as it was typed. */
function startOf(config: RunFile | undefined): string | undefined {
  const { backbone, pretrained } = config?.environment?.command ?? {};
  return [backbone, pretrained].find(
    (path): path is string => typeof path === 'string' && /\.onnx$/i.test(path),
  );
}
