import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { HmError } from '@hm/tensor/host';
import { typableOf } from './train/options.ts';

/** Fixes in API errors, matched as a whole, and what replaces them on the command line. */
const FIXES: readonly (readonly [RegExp, string])[] = [
  [/^Add images, or take a recipe with a smaller batchSize\.$/, 'Add images, or pass a smaller --batch.'],
  [/^Repair the data set, or raise maxBadShare\.$/, 'Repair the data set.'],
  [
    /^Say how it was trained: .*$/,
    'Say how it was trained, for example --size 112 --mean 127.5 --scale 128 --channels rgb.',
  ],
  [
    /^Pass `preprocessing` with a template .*$/,
    'Pass --aligned for faces that are aligned already, or --template with --size, --mean, --scale and --channels.',
  ],
  [
    /^Take another photograph, or pass `aligned` .*$/,
    'Take another photograph, or pass --aligned for faces that are aligned already.',
  ],
  [
    /^Give height, width, channels, mean, scale and template .*$/,
    'Pass --size, --mean, --scale and --channels.',
  ],
  [/^Verify with `scores: true` .*$/, 'Choose the squared Euclidean or the cosine distance.'],
  [
    /^Export the last weights, or train with averageDecay\.$/,
    'Leave out --ema, or train with --set averageDecay=0.999.',
  ],
  [/^Check the path, or pass the format\.$/, 'Check the path.'],
  [/^Pass its path as the option pairs\.$/, 'Pass its path as --pairs.'],
  [/^Name the columns with the options image and label\.$/, 'Rename its columns to image and label.'],
  [/^Raise `signal` .*$/, 'Stop all processes with SIGUSR2 to mpirun.'],
  [/^Change that value; the documentation of .*$/, 'Change that value.'],
  [
    /^Raise sampleRate to (\S+) or more, .*$/,
    'Raise --set partialFc.sampleRate to $1 or more, or take smaller batches.',
  ],
  [/^Pass encodedSamples.*$/, 'Write it with --to insightface.'],
  [/^Share the events .*$/, 'Look into the metrics.jsonl of the run.'],
  [/^Use tarAtFar.*$/, 'Take more pairs.'],
  [/^Draw the image on a canvas.*$/, 'Align the images first: hm align.'],
  [/^Run `npm install usearch`, or use exactIndex.*$/, 'Run `npm install usearch`.'],
  [/^Export with withMetadata.*$/, 'Export the model again with hm export.'],
  [/^Do not import \S+ before training .*$/, 'Choose another --engine.'],
  [/^Pass what decodeRgb returns.*$/, 'Convert the image to RGB.'],
  [/^(Name the embedding: ).*\((--output .*)\)\.$/, '$1$2.'],
  [/^(.*) \((--size|--mean 0 --scale 1)\)\.$/, '$1: $2.'],
  [
    /^Write the configuration as `config` .*$/,
    'Change --set loss.NAME=VALUE; the README of @hm/losses lists names and options.',
  ],
  [
    /^Write `[a-z]+[A-Z]\w*`\.$/,
    'Change --set loss.NAME=VALUE; the README of @hm/losses lists names and options.',
  ],
  [/^(Start from the run .*) with `--no-fold` .*$/, '$1 with --no-fold.'],
  [/^Pass imageSize: .*\(`(--image-size \S+)`\)(.*)$/, 'Pass $1$2'],
  [/^Leave the backbone out: fromPth .*$/, 'Leave out --backbone.'],
  [/^Write it as ONNX, .*\(`(hm export [^`]*)`\)\.$/, 'Write it as ONNX: `$1`.'],
  [/^Run before release.*$/, 'Run the command again.'],
  [/^Use compile\(\).*$|^Call tf\.setBackend.*$|^Keep dataSync.*$/, 'Choose --engine tfjs-cpu.'],
];

/** API options whose counterpart on the command line has another name. */
const OPTIONS: Readonly<Record<string, string>> = {
  allowUnknown: '--set data.allowUnknownExclude',
  allowUnknownExclude: '--set data.allowUnknownExclude',
  dropLast: '--batch',
  minImages: '--set data.minImages',
  sampleRate: '--set partialFc.sampleRate',
};

/**
 * Returns an error's message in terms of the command line: API options become options of the command, and the name of a
 * function becomes the name of the command.
 *
 * @param known the long options of the command.
 */
export function inCommandWords(error: HmError, command: string, known: Iterable<string>): string {
  const options = new Set(known);
  const where = isFunction(error) ? command : translated(error.where, options);
  const rest = error.message.slice(error.where.length, error.message.length - error.fix.length);
  return `${where}${translated(rest, options)}${fixInCommandWords(error.fix, options)}`;
}

/** Names of API functions: camelCase, or in this list. A file may be called `ada.jpg`, so a dot means nothing. */
const FUNCTIONS =
  /^([a-z]+[A-Z]\w*|(Session|Embedder|Recognizer|Gallery)\.\w+|compare|compile|download|precision|quantize|search|trace|train)$/;

const isFunction = ({ where, fields }: HmError) => fields.path !== where && FUNCTIONS.test(where);

/** Returns the fix of an API error in terms of the command line. */
export function fixInCommandWords(fix: string, known: ReadonlySet<string>): string {
  for (const [pattern, words] of FIXES) if (pattern.test(fix)) return fix.replace(pattern, words);
  // A fix that names both the API option and the command-line option would now repeat the latter.
  return translated(fix, known).replaceAll(/(--[a-z-]+) \(\1\)/g, '$1');
}

/** An API option, optionally prefixed with `recipe.` and followed by its value, but not within a path or URL. */
const MEMBER =
  /(?<![\w/\\.:@-])`?(?:recipe\.)?([a-z]+(?:[A-Z][a-z]*)*)((?:\.\w+)*)(?:: (true|\d+))?`?(?![\w/\\.:-]\w)/g;

const translated = (text: string, known: ReadonlySet<string>): string =>
  text.replaceAll(MEMBER, (found, name: string, inner: string, value?: string) => {
    // A plain lower-case word is an option only if backticks, `: true` or `recipe.` mark it as one.
    if (!/[A-Z]|`|: true|^recipe\./.test(found)) return found;
    const kebab = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const setting = OPTIONS[name] ?? typableOf(name + inner) ?? kebab;
    if (setting.startsWith('--set') && known.has('--set') && !known.has(kebab))
      return value === undefined ? setting : `${setting}=${value}`;
    return [setting, kebab].find((option) => known.has(option)) ?? found;
  });

/** Returns the long options of a command. */
export const optionsOf = (command: CommandUnknownOpts): string[] =>
  command.options.flatMap(({ long }) => long ?? []);
