import { isDeepStrictEqual } from 'node:util';
import type { Command, Option } from '@commander-js/extra-typings';
import { InvalidDataError } from '@hm/tensor/host';

/** What a run is not asked for again with: where it goes, and how it is told of. */
const OWN = ['out', 'from', 'resume', 'allowChangedData', 'json', 'verbose', 'dashboard'];

/** The options of `hm train` that make a run what it is, to be kept in it. */
export const ownCommand = (options: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !OWN.includes(name)));

/**
 * The options of the run that `--from` names, with those in their place that were typed.
 *
 * @throws {InvalidDataError} if the folder holds no run of `hm train`, or a value there that could not be typed.
 */
export async function repeatedOptions<T extends { from?: string }>(options: T, command: Command): Promise<T> {
  const { from } = options;
  if (from === undefined) return options;
  const { readConfig } = await import('@hm/train');
  const saved = (await readConfig(from))?.environment?.command;
  if (saved === undefined) throw noCommand(from);
  const repeated = Object.entries(ownCommand(saved)).map(([name, value]) => {
    const option = command.options.find((each) => each.attributeName() === name);
    if (option === undefined || !canBeTyped(option, value)) throw notTypable(from, name, value);
    return [name, value] as const;
  });
  const typed = Object.entries(options).filter(([name]) => command.getOptionValueSource(name) === 'cli');
  return { ...options, ...Object.fromEntries([...repeated, ...typed]) };
}

/** Whether some text after the option stands for the value. */
function canBeTyped(option: Option, value: unknown): boolean {
  const { argChoices, parseArg } = option;
  if (option.isBoolean()) return value === true;
  if (argChoices) return typeof value === 'string' && argChoices.includes(value);
  if (!parseArg) return typeof value === 'string';
  const texts = [String(value), JSON.stringify(value), ...(Array.isArray(value) ? [value.join('x')] : [])];
  return texts.some((text) => isDeepStrictEqual(parsed(parseArg, text), value));
}

function parsed(parse: (text: string, previous: unknown) => unknown, text: string): unknown {
  try {
    return parse(text, undefined);
  } catch {
    // What cannot be typed stands for nothing.
    return undefined;
  }
}

const notTypable = (run: string, name: string, value: unknown) =>
  new InvalidDataError({
    where: `${run}/run.json`,
    expected: 'options that hm train takes',
    received: `${JSON.stringify(name)}: ${JSON.stringify(value)}`,
    fix: 'Remove it from "command" there, and type the option that is meant.',
    fields: { path: run, name },
  });

const noCommand = (run: string) =>
  new InvalidDataError({
    where: run,
    expected: 'the folder of a run that hm train began',
    received: 'none with its options in run.json',
    fix: 'Pass the folder that was given to hm train as --out.',
    fields: { path: run },
  });
