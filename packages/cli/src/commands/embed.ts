import { writeFile } from 'node:fs/promises';
import { Option } from '@commander-js/extra-typings';
import type { EmbeddedPhotographs } from '@hm/recognize';
import { printable } from '@hm/tensor/host';
import { command } from '../command.ts';
import { embedFolder } from '../embed-folder.ts';
import { modelOptions } from '../model-options.ts';
import { openModel } from '../open-model.ts';
import { tell } from '../print.ts';

/** `hm embed DIR --model M > embeddings.npy`: embeddings of every photograph below a folder. */
export const embed = () =>
  modelOptions(
    command('embed')
      .description('Embed every photograph below a folder; its path below the folder is the id.')
      .argument('<folder>', 'folder of photographs')
      .option('--model <file>', 'ONNX file (default: the network that npm installed)')
      .addOption(
        new Option('--format <name>', 'of the output (default: by the name of --out, else npy)').choices([
          'npy',
          'parquet',
          'jsonl',
        ] as const),
      )
      .option('--out <file>', 'file to write (default: standard output)'),
  )
    .addHelpText('after', '\nThe summary, with every photograph that gave no face, goes to standard error.')
    .action(async (folder, { model, format, out, json, ...options }) => {
      const { encodeEmbeddings } = await import('@hm/eval');
      const recognizer = await openModel('hm embed', model, options);
      try {
        const table = await embedFolder(recognizer, folder);
        tell(json ? JSON.stringify(summaryOf(table)) : describe(table));
        if (table.ids.length === 0) process.exitCode = 1;
        else {
          const bytes = await encodeEmbeddings(table, format ?? formatOf(out));
          await (out === undefined ? writeOut(bytes) : writeFile(out, bytes));
        }
      } finally {
        await recognizer.release();
      }
    });

const formatOf = (out = '') =>
  (['parquet', 'jsonl'] as const).find((format) => out.endsWith(`.${format}`)) ?? 'npy';

const summaryOf = ({ ids, embeddings, missing }: EmbeddedPhotographs) => ({
  embedded: ids.length,
  dimensions: embeddings.shape[1],
  missing,
});

function describe({ ids, missing }: EmbeddedPhotographs): string {
  const lines = missing.map(({ path, reason }) => printable(`  ${path}: ${reason}`));
  return [`${ids.length} embedded, ${missing.length} without a face or undecodable.`, ...lines].join('\n');
}

const writeOut = (bytes: Uint8Array) =>
  new Promise<void>((resolve) => {
    process.stdout.write(bytes, () => resolve());
  });
