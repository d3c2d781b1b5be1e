import { command } from '../command.ts';
import { type Diagnosis, diagnose } from '../diagnose.ts';
import { textTable } from '../text-table.ts';

/** `hm doctor`: what is installed, which engines run here, and what to do about the others. */
export const doctor = () =>
  command('doctor')
    .description('Say what is installed, which engines can be used here, and why the others cannot.')
    .option('--json', 'print one JSON object')
    .action(async ({ json }) => {
      const diagnosis = await diagnose();
      console.log(json ? JSON.stringify(diagnosis, null, 2) : describe(diagnosis));
      if (!diagnosis.healthy) process.exitCode = 1;
    });

function describe({ node, tfjs, engines, healthy }: Diagnosis): string {
  const machine = [
    ['Node', node.version],
    ['Platform', `${node.platform} ${node.architecture}, ${node.cores} cores, ${node.memoryGibibytes} GiB`],
    ['tfjs-core', tfjs.version ?? 'not usable'],
    ...(tfjs.problem === undefined ? [] : [['', tfjs.problem]]),
  ];
  const verdicts = engines.flatMap(({ name, usable, reason, fix }) => [
    [name, usable ? 'usable' : 'not usable', reason],
    ...(fix === '' ? [] : [['', '', `→ ${fix}`]]),
  ]);
  const verdict = healthy ? 'Ready to train and evaluate.' : 'Not ready: see above.';
  return `${textTable(machine)}\n\n${textTable(verdicts)}\n\n${verdict}`;
}
