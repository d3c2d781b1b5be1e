import { readRegularFile, writeFileSafely } from '@hm/tensor/files';
import { command } from '../../command.ts';
import { print } from '../../print.ts';
import { readCalibration } from '../../read-calibration.ts';

/** `hm model add FILE --like NAME`. */
export const add = () =>
  command('add')
    .description('Write into a foreign ONNX file how its images are prepared; then no command asks again.')
    .argument('<file>', 'ONNX file')
    .requiredOption('--like <name>', 'the network whose convention it follows (hm model list)')
    .option('--out <file>', 'file to write (default: the file itself)')
    .option('--calibration <file>', 'what its similarities mean, by hm eval --calibration')
    .option('--license <text>', 'what may be done with it')
    .option('--json', 'print one JSON object')
    .action(async (file, { like, out = file, calibration, license, json }) => {
      const { describeNetwork } = await import('@hm/recognize');
      const bytes = await readRegularFile(file);
      const calibrations = calibration === undefined ? undefined : [await readCalibration(calibration)];
      const model = await describeNetwork(bytes, { like, calibrations, license });
      // What does not load is not written.
      const { loadEmbedder } = await import('@hm/eval');
      const embedder = await loadEmbedder(model);
      const { height, width } = embedder.preprocessing;
      const { embeddingSize, metadata } = embedder;
      await embedder.release();
      await writeFileSafely(out, model);
      if (json)
        return print(JSON.stringify({ out, height, width, embeddingSize, license: metadata['hm.license'] }));
      print(
        `${out}: images of ${height}×${width}, ${embeddingSize} numbers a face. ${metadata['hm.license']}.`,
      );
    });
