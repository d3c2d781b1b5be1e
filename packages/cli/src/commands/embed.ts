import { Option } from '@commander-js/extra-typings';
import type { EmbeddedPhotographs } from '@hm/recognize';
import { printable } from '@hm/tensor/host';
import { command } from '../command.ts';
import { embedFolder } from '../embed-folder.ts';
import { assertFile, assertFolder } from '../input.ts';
import { openModel } from '../open-model.ts';
import { modelOptions } from '../options/model-options.ts';
import { formatByName, prepareFile, writeResult } from '../output/output.ts';
import { print, tell } from '../output/print.ts';
import { takenFace } from '../taken-face.ts';

/** `hm embed DIR --model M > embeddings.npy`: embeds every photograph below a folder. */
export const embed = () =>
  modelOptions(
    command('embed')
      .description('Embed every photograph in a folder; its path within the folder is its id.')
      .argument('<folder>', 'folder of photographs')
      .option('--model <file>', 'ONNX file of the network (default: the one that npm installed)')
      .addOption(
        new Option('--format <name>', 'output format (default: by the name of --out, else npy)').choices([
          'npy',
          'parquet',
          'jsonl',
        ] as const),
      )
      .option('--out <file>', 'output file (default: standard output)'),
  )
    .addHelpText(
      'after',
      '\nThe summary, with every photograph that gave no face, goes to standard error; with --json and --out to standard output.',
    )
    .action(async (folder, { model, format, out, json, ...options }) => {
      await assertFolder(folder, 'a folder of photographs');
      if (model !== undefined) await assertFile(model, 'a model');
      const form = format ?? (out === undefined ? 'npy' : formatByName('--out', out, FORMATS));
      if (out !== undefined) await prepareFile(out);
      const { encodeEmbeddings } = await import('@hm/eval');
      const recognizer = await openModel('hm embed', model, options);
      try {
        const table = await embedFolder(recognizer, folder);
        // Standard output takes only one of the two: the embeddings, or the JSON if those go to a file.
        const say = json && out !== undefined ? print : tell;
        if (table.ids.length === 0) process.exitCode = 1;
        else {
          const bytes = await encodeEmbeddings(table, form);
          await (out === undefined ? writeOut(bytes) : writeResult(out, bytes));
        }
        say(json ? JSON.stringify(summaryOf(table)) : describe(table, takenFace(options.prefer)));
      } finally {
        await recognizer.release();
      }
    });

const FORMATS = { '.npy': 'npy', '.parquet': 'parquet', '.jsonl': 'jsonl' } as const;

const summaryOf = (table: EmbeddedPhotographs) => ({
  embedded: table.ids.length,
  dimensions: table.embeddings.shape[1],
  several: withSeveral(table),
  missing: table.missing,
});

function describe(table: EmbeddedPhotographs, taken: string): string {
  const { ids, missing } = table;
  const several = withSeveral(table);
  return [
    `${ids.length} embedded, ${missing.length} without a face or undecodable.`,
    ...missing.map(({ path, reason }) => printable(`  ${path}: ${reason}`)),
    ...(several.length === 0 ? [] : [`Where there are several faces, ${taken} was taken:`]),
    ...several.slice(0, LISTED).map(({ path, faces }) => printable(`  ${path}: ${faces} faces`)),
    ...(several.length > LISTED ? [`  and ${several.length - LISTED} more`] : []),
  ].join('\n');
}

/** Maximum number of photographs with several faces to list. */
const LISTED = 20;

const withSeveral = ({ ids, faces }: EmbeddedPhotographs) =>
  ids.map((path, k) => ({ path, faces: faces[k]! })).filter(({ faces }) => faces > 1);

const writeOut = (bytes: Uint8Array) =>
  new Promise<void>((resolve) => {
    process.stdout.write(bytes, () => resolve());
  });
