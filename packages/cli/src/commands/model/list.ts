import { command } from '../../command.ts';
import { print } from '../../print.ts';

/** `hm model list`. */
export const list = () =>
  command('list')
    .description('List the published networks whose conventions are known.')
    .option('--json', 'print one JSON object')
    .action(async ({ json }) => {
      const { conventions } = await import('@hm/recognize');
      if (json) return print(JSON.stringify(conventions));
      for (const [name, { files, license, preprocessing }] of Object.entries(conventions)) {
        const { channels, mean, scale, template } = preprocessing;
        print(`${name}: ${files}\n  ${channels}, (x - ${mean}) / ${scale}, ${template}\n  ${license}`);
      }
    });
