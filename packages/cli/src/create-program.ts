import { createRequire } from 'node:module';
import type { Command } from '@commander-js/extra-typings';
import { HmCommand } from './command.ts';
import { align } from './commands/align.ts';
import { data } from './commands/data.ts';
import { doctor } from './commands/doctor.ts';
import { embed } from './commands/embed.ts';
import { evaluate } from './commands/eval.ts';
import { exportRun } from './commands/export.ts';
import { model } from './commands/model.ts';
import { people } from './commands/people.ts';
import { quantize } from './commands/quantize.ts';
import { report } from './commands/report.ts';
import { reproduce } from './commands/reproduce.ts';
import { search } from './commands/search.ts';
import { study } from './commands/study.ts';
import { train } from './commands/train.ts';
import { verify } from './commands/verify.ts';

/** Creates the `hm` command with all its subcommands. */
export function createProgram(): Command {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  const program = new HmCommand('hm')
    .description('Face recognition from photographs to a score: align, train, export, evaluate.')
    .version(version);
  const applications = [verify, people, embed, search, model, quantize];
  for (const make of [
    data,
    align,
    train,
    exportRun,
    evaluate,
    report,
    study,
    reproduce,
    ...applications,
    doctor,
  ])
    program.addCommand(make());
  return program;
}
