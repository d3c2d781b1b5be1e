import { Command, type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import { nearest, printableLines } from '@hm/tensor/host';

/** Creates a command with what all commands share: `--verbose`, and suggestions for misspelt options. */
export const command = (name: string, instead?: (flag: string) => string | undefined) =>
  new HmCommand(name, instead)
    .option('--verbose', 'print the stack trace of an error')
    .allowExcessArguments(false);

/** Names that other programs use, and our option. */
const SYNONYMS: Readonly<Record<string, string>> = {
  '--batch-size': '--batch',
  '--bs': '--batch',
  '--learning-rate': '--lr',
  '--centre-fraction': '--center-fraction',
  '--dataset': '--data',
  '--output': '--out',
  '--output-dir': '--out',
  '--gpu': '--provider',
  '--num-workers': '--workers',
  '--arch': '--backbone',
  '--network': '--backbone',
};

export class HmCommand extends Command {
  readonly #instead: (flag: string) => string | undefined;

  /** @param instead returns what to type for a removed option, or undefined if the command never had it. */
  constructor(name: string, instead: (flag: string) => string | undefined = () => undefined) {
    super(name);
    this.#instead = instead;
    // Commander's messages quote what was typed, which may contain control characters.
    this.configureOutput({ writeErr: (text) => process.stderr.write(printableLines(text)) });
    // Without this, commander would exit at once, as after --help, before a write error of the output arrives.
    this.exitOverride();
  }

  /** Reports a misspelt option before a missing one, because these are usually the same. */
  override parseOptions(words: string[]) {
    for (const option of [...this.options, ...this.registeredArguments]) {
      const { argChoices } = option;
      if (argChoices) option.parseArg = (text: string) => chosen(text, argChoices) as never;
    }
    const parsed = super.parseOptions(words);
    const [unknown] = parsed.unknown;
    const isHelp = parsed.unknown.some((word) => word === '--help' || word === '-h');
    if (unknown !== undefined && this.commands.length === 0 && !isHelp) this.#refuse(unknown.split('=')[0]!);
    return parsed;
  }

  /** Adds which help to read, such as `hm data fetch --help`. */
  override error(message: string, options?: Parameters<Command['error']>[1]): never {
    return super.error(`${message}\n(${nameOf(this)} --help lists the options)`, options);
  }

  #refuse(unknown: string): never {
    const known = this.options.flatMap(({ long }) => long ?? []);
    const synonym = SYNONYMS[unknown] ?? '';
    const instead = this.#instead(unknown);
    const meant = known.includes(synonym) ? synonym : nearest(unknown, known);
    const hint = instead ? `\n(Write ${instead})` : meant ? `\n(Did you mean ${meant}?)` : '';
    this.error(`error: unknown option '${unknown}'${hint}`);
  }
}

/** Returns the full name of a command: `hm data info`. */
export const nameOf = (command: CommandUnknownOpts): string =>
  command.parent === null ? 'hm' : `${nameOf(command.parent)} ${command.name()}`;

function chosen(text: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text;
  const meant = nearest(text, choices);
  throw new InvalidArgumentError(
    `Allowed choices are ${choices.join(', ')}.${meant === undefined ? '' : `\n(Did you mean ${meant}?)`}`,
  );
}
