import { Argument } from '@commander-js/extra-typings';
import { printable } from '@hm/tensor/host';
import { command } from '../../command.ts';
import { print } from '../../print.ts';
import { progress } from '../../progress.ts';
import { withoutUndefined } from '../../without-undefined.ts';

/** `hm data fetch lfw`: a public data set from its mirrors. */
export const fetchCommand = () =>
  command('fetch')
    .description(
      'Download a public data set, verify and unpack it; run again, it goes on where it was interrupted.',
    )
    .addArgument(new Argument('<name>', 'what to fetch').choices(['lfw'] as const))
    .option('--out <folder>', 'folder for images and lists', 'lfw')
    .option('--mirror <url>', 'an address that has lfw.tgz, pairs.txt …, instead of the public ones')
    .option('--keep-archive', 'keep lfw.tgz once it is unpacked')
    .option('--json', 'print one JSON object')
    .action(async (_, { out, mirror, keepArchive, json }) => {
      const { fetchLfw } = await import('@hm/datasets');
      const line = progress('downloading');
      const onProgress = (file: string, done: number, total: number) => line.update(done, total, file);
      try {
        const fetched = await fetchLfw(out, { onProgress, ...withoutUndefined({ mirror, keepArchive }) });
        line.stop();
        print(json ? JSON.stringify(fetched) : `${printable(fetched.images)}\n${printable(fetched.pairs)}`);
      } finally {
        line.stop();
      }
    });
