import { existsSync } from 'node:fs';
import type { Convention } from '@hm/recognize';
import { readRegularFile } from '@hm/tensor/files';
import { sha256Of } from '@hm/tensor/host';
import { command } from '../../command.ts';
import { print } from '../../output/print.ts';

/** `hm model show NAME|FILE`: shows what is known about a network. */
export const show = () =>
  command('show')
    .alias('describe')
    .description('Show what is known about a network of hm model list, or the metadata of an ONNX file.')
    .argument('<name-or-file>', 'a name that hm model list gives, or an ONNX file')
    .option('--json', 'print JSON')
    .action(async (file, { json }) => {
      const { bundledRecord, conventions } = await import('@hm/recognize');
      const known = file === bundledRecord.name ? bundledRecord : conventions[file];
      if (known !== undefined && !existsSync(file))
        return print(json ? JSON.stringify(known) : describe(file, known));
      const { createSession } = await import('@hm/onnx/session');
      const session = await createSession(file, { provider: 'cpu' });
      const { inputs, outputs, metadata } = session;
      await session.release();
      const sha256 = await sha256Of(await readRegularFile(file));
      if (json) return print(JSON.stringify({ file, sha256, inputs, outputs, metadata }));
      const shapes = (values: typeof inputs) =>
        values.map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
      print(`${file}\n  SHA-256 ${sha256}\n  from ${shapes(inputs)} to ${shapes(outputs)}`);
      for (const [key, value] of Object.entries(metadata)) print(`  ${key}: ${value.slice(0, 200)}`);
    });

function describe(name: string, record: Convention): string {
  const { files, source, sha256, preprocessing, license, trainedOn, leavingOut } = record;
  const { height, width, channels, mean, scale, template } = preprocessing;
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const scores = (record.measured ?? []).map(
    ({ protocol, flip, accuracy, standardError, equalErrorRate, command, processor }) =>
      `${protocol}, flip ${flip}: ${percent(accuracy)} ± ${percent(standardError)}, EER ${percent(equalErrorRate)}\n    ${command}\n    ${processor}`,
  );
  const thresholds = (record.calibrations ?? []).flatMap(({ flip, protocol, thresholds }) =>
    thresholds
      .filter(({ far }) => far <= 1e-2 && far >= 1e-4)
      .map(({ far, threshold, thresholdInterval: { low, high }, tar }) => {
        const similarity = (distance: number | null) => (distance === null ? '?' : (1 - distance).toFixed(4));
        const interval = `${similarity(high)} to ${similarity(low)}`;
        return `at a false match rate of ${far}, flip ${flip}: similarity ${similarity(threshold)} (${interval}), ${percent(tar)} of the pairs of one person pass (${protocol})`;
      }),
  );
  const hashes = Object.entries(sha256).map(([file, hash]) => `SHA-256 of ${file}: ${hash}`);
  const lines = [
    `from ${source}`,
    ...hashes,
    `images ${height}×${width} ${channels}, (x - ${mean}) / ${scale}, template ${template}`,
    `license: ${license}`,
    `trained on: ${trainedOn}`,
    `its people: ${leavingOut}`,
    ...scores,
    ...thresholds,
  ];
  return [`${name}: ${files}`, ...lines].join('\n  ');
}
