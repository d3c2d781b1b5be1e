import { createRequire } from 'node:module';
import { Command } from '@commander-js/extra-typings';
import { align } from './commands/align.ts';
import { data } from './commands/data.ts';
import { doctor } from './commands/doctor.ts';
import { evaluate } from './commands/eval.ts';
import { exportRun } from './commands/export.ts';
import { report } from './commands/report.ts';
import { study } from './commands/study.ts';
import { train } from './commands/train.ts';

/** The `hm` command with all its commands. */
export function createProgram(): Command {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  const program = new Command('hm')
    .description('Face recognition from photographs to a score: align, train, export, evaluate.')
    .version(version)
    .showHelpAfterError('(hm --help lists the commands)');
  for (const make of [data, align, train, exportRun, evaluate, report, study, doctor])
    program.addCommand(make());
  return program;
}
