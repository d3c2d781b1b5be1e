import { Command } from '@commander-js/extra-typings';
import { printableLines } from '@hm/tensor/host';

/** A command with what all of them share: `--verbose`, help after a mistake, and a suggestion for a misspelt option. */
/** What commander says quotes what was typed. */
const safely = {
  writeErr: (text: string) => process.stderr.write(printableLines(text)),
};

export const command = (name: string) =>
  new Command(name)
    .option('--verbose', 'show where an error comes from')
    .configureOutput(safely)
    .allowExcessArguments(false)
    .showSuggestionAfterError(true)
    .showHelpAfterError(`(hm ${name} --help lists the options)`);
