import { Command } from '@commander-js/extra-typings';

/** A command with what all of them share: `--verbose`, help after a mistake, and a suggestion for a misspelt option. */
export const command = (name: string) =>
  new Command(name)
    .option('--verbose', 'show where an error comes from')
    .allowExcessArguments(false)
    .showSuggestionAfterError(true)
    .showHelpAfterError(`(hm ${name} --help lists the options)`);
