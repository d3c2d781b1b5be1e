import { printable } from '@hm/tensor/host';
import { command } from '../../command.ts';
import { dataFormOptions } from '../../data/data-options.ts';
import { openData } from '../../data/open-data.ts';
import { integer, positiveInteger } from '../../options/parse-option.ts';
import { formatByName, prepareFile, writeResult } from '../../output/output.ts';
import { print } from '../../output/print.ts';

/** `hm data sample DATA`: writes a contact sheet of random images. */
export const sample = () =>
  dataFormOptions(
    command('sample')
      .description('Draw images at random and write them as one PNG, a row for each identity.')
      .argument('<data>', 'folder of identities, RecordIO, tar, parquet, MS-Celeb-1M lines, or a list')
      .option('--out <file>', 'PNG file', 'sample.png')
      .option('--identities <number>', 'number of rows', positiveInteger, 8)
      .option('--images <number>', 'number of columns', positiveInteger, 8)
      .option('--size <pixels>', 'size of each image', positiveInteger, 112)
      .option('--seed <number>', 'seed of all random choices', integer, 1),
  )
    .option('--json', 'print JSON')
    .action(
      async (path, { out, identities, images: imagesPerIdentity, size, seed, json, verbose: _, ...form }) => {
        formatByName('--out', out, { '.png': 'png' });
        await prepareFile(out);
        const { contactSheet } = await import('@hm/datasets');
        const sheet = await contactSheet(await openData(path, form), {
          identities,
          imagesPerIdentity,
          size,
          seed,
        });
        await writeResult(out, sheet.png);
        print(
          json
            ? JSON.stringify({ out, names: sheet.names })
            : printable(`${out}: ${sheet.names.join(', ')}`, 2000),
        );
      },
    );
