import { command } from '../../command.ts';
import { print } from '../../print.ts';

/** `hm model list`. */
export const list = () =>
  command('list')
    .description('List the network that npm installs, and the published ones whose conventions are known.')
    .option('--json', 'print one JSON object')
    .action(async ({ json }) => {
      const { bundledRecord, conventions } = await import('@hm/recognize');
      const { name, ...dlib } = bundledRecord;
      const records = { [name]: dlib, ...conventions };
      if (json) return print(JSON.stringify(records));
      for (const [name, { files, license }] of Object.entries(records))
        print(`${name}: ${files}\n  ${license}`);
    });
