import type { Command } from '@commander-js/extra-typings';
import { InvalidDataError } from '@hm/tensor/host';

/** What a run is not asked for again with: where it goes, and how it is told of. */
const OWN = ['out', 'from', 'resume', 'json', 'verbose', 'dashboard'];

/** The options of `hm train` that make a run what it is, to be kept in it. */
export const ownCommand = (options: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !OWN.includes(name)));

/**
 * The options of the run that `--from` names, with those in their place that were typed.
 *
 * @throws {InvalidDataError} if the folder holds no run of `hm train`.
 */
export async function repeatedOptions<T extends { from?: string }>(options: T, command: Command): Promise<T> {
  const { from } = options;
  if (from === undefined) return options;
  const { readConfig } = await import('@hm/train');
  const saved = (await readConfig(from))?.environment.command;
  if (saved === undefined) throw noCommand(from);
  const typed = Object.entries(options).filter(([name]) => command.getOptionValueSource(name) === 'cli');
  return { ...saved, ...Object.fromEntries(typed) } as T;
}

const noCommand = (run: string) =>
  new InvalidDataError({
    where: run,
    expected: 'the folder of a run that hm train began',
    received: 'none with its options in run.json',
    fix: 'Pass the folder that was given to hm train as --out.',
    fields: { path: run },
  });
