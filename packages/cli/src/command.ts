import { Command, type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import { nearest, printableLines } from '@hm/tensor/host';

/** A command with what all of them share: `--verbose`, and mistakes told with what was probably meant. */
export const command = (name: string, instead?: (flag: string) => string | undefined) =>
  new HmCommand(name, instead)
    .option('--verbose', 'print the stack trace of an error')
    .allowExcessArguments(false);

/** Names of other programs for an option. */
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

  /** @param instead what to type for an option of before, if the command had it. */
  constructor(name: string, instead: (flag: string) => string | undefined = () => undefined) {
    super(name);
    this.#instead = instead;
    // What commander says quotes what was typed.
    this.configureOutput({ writeErr: (text) => process.stderr.write(printableLines(text)) });
    // An exit at once, as after help, would come before the error of an output that takes nothing more.
    this.exitOverride();
  }

  /** A misspelt option is told before one that is missing: the one is most often the other. */
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

  /** With the command whose help is meant: `hm data fetch --help`. */
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

/** The words that call a command: `hm data info`. */
export const nameOf = (command: CommandUnknownOpts): string =>
  command.parent === null ? 'hm' : `${nameOf(command.parent)} ${command.name()}`;

function chosen(text: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text;
  const meant = nearest(text, choices);
  throw new InvalidArgumentError(
    `Allowed choices are ${choices.join(', ')}.${meant === undefined ? '' : `\n(Did you mean ${meant}?)`}`,
  );
}
