import { writeFileSafely } from '@hm/tensor/files';
import { command } from '../../command.ts';
import { print } from '../../print.ts';

/** `hm model save FILE`. */
export const save = () =>
  command('save')
    .description(
      'Write the network that npm installs as an ONNX file, to evaluate it or to train it further.',
    )
    .argument('<file>', 'the ONNX file to write')
    .option('--json', 'print one JSON object')
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
