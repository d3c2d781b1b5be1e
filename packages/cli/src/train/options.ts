import { type CommandUnknownOpts, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { describeSchema, nearest, schemaMistake } from '@hm/tensor/host';
import { backboneName } from '../options/backbone-options.ts';
import { imageSize, jsonObject } from '../options/parse-option.ts';
import { type Settings, schemaAt, settingsSchema, typedValue, withValue } from './settings.ts';

/** An option of `hm train` that is short for a setting. The setting's schema provides checks, default and help. */
interface ShortOption {
  flags: string;
  /** Path of the setting. */
  to: string;
  /** Help text, instead of the setting's description. */
  help?: string;
  parse?: (typed: string) => unknown;
}

/** Groups of options, in the order of the help text. */
export const groups: Readonly<Record<string, readonly ShortOption[]>> = {
  'Data:': [
    { flags: '--data <path>', to: 'data.path' },
    { flags: '--exclude <file>', to: 'data.exclude' },
    { flags: '--synthetic <identities>', to: 'synthetic.identities' },
    {
      ...{ flags: '--augment <how>', to: 'augment' },
      help: "augmentation of the images: none, flip, standard or adaface (default: the recipe's)",
    },
  ],
  'Network and loss:': [
    {
      ...{ flags: '--loss <name>', to: 'loss.name' },
      help: 'loss function; hm- before a name adds hard mining (names below)',
    },
    {
      ...{ flags: '--backbone <network>', to: 'backbone.name' },
      parse: backboneName,
      help: 'network by name (names below), or a trained .onnx or .pth file (default: that of --pretrained FILE, else resnet18)',
    },
    { flags: '--pretrained <path>', to: 'pretrained' },
    { flags: '--embedding-size <number>', to: 'backbone.embeddingSize' },
    {
      ...{ flags: '--image-size <pixels>', to: 'backbone.imageSize' },
      help: 'image size: 112 or 112x96 (height x width) (default: 112)',
      parse: imageSize,
    },
  ],
  'Recipe (these override --recipe):': [
    { flags: '--epochs <number>', to: 'epochs' },
    { flags: '--batch <images>', to: 'batchSize' },
    { flags: '--lr <number>', to: 'learningRate' },
  ],
  'Machine:': [
    { flags: '--engine <name>', to: 'engine' },
    { flags: '--provider <name>', to: 'provider' },
    { flags: '--threads <number>', to: 'threads' },
    { flags: '--workers <number>', to: 'workers' },
  ],
  'Validation:': [
    { flags: '--validate <folder>', to: 'validate' },
    { flags: '--validate-people <number>', to: 'validatePeople' },
  ],
};

const all = Object.values(groups).flat();
const seed: ShortOption = { flags: '--seed <number>', to: 'seed' };

/** Removed options, and the settings that replaced them. */
const moved: Readonly<Record<string, string>> = {
  '--accumulate': 'accumulate',
  '--allow-changed-data': 'allowChangedData',
  '--allow-unknown-exclude': 'data.allowUnknownExclude',
  '--batch-norm': 'batchNorm',
  '--batch-timeout': 'batchTimeoutSeconds',
  '--block': 'backbone.block',
  '--checkpoint-every': 'checkpointEvery',
  '--clip-norm': 'clipNorm',
  '--data-license': 'dataLicense',
  '--decay-free': 'weightDecay.norms',
  '--device': 'deviceId',
  '--ema': 'averageDecay',
  '--embedding-norm': 'backbone.embeddingNorm',
  '--factor': 'schedule.factor',
  '--form': 'data.form',
  '--freeze': 'freeze',
  '--hard-samples': 'hardness',
  '--hardness': 'synthetic.hardness',
  '--head': 'backbone.head',
  '--image-column': 'data.imageColumn',
  '--images-per-identity': 'synthetic.imagesPerIdentity',
  '--keep': 'keep',
  '--kernels': 'kernels',
  '--label-column': 'data.labelColumn',
  '--label-smoothing': 'labelSmoothing',
  '--loss-options': 'loss',
  '--milestones': 'schedule.milestones',
  '--min-images': 'data.minImages',
  '--mixed-precision': 'mixedPrecision',
  '--momentum': 'optimizer.momentum',
  '--neighbors': 'sampler.neighbors',
  '--optimizer': 'optimizer.kind',
  '--partial-fc': 'partialFc.sampleRate',
  '--patience': 'patience',
  '--per-identity': 'sampler.images',
  '--power': 'schedule.power',
  '--sampler': 'sampler.kind',
  '--schedule': 'schedule.kind',
  '--skip-bad-images': 'onBadSample',
  '--split': 'data.split',
  '--stem': 'backbone.stem',
  '--tensorboard': 'tensorBoard',
  '--validate-every': 'validateEvery',
  '--validate-pairs': 'validatePairs',
  '--validation-timeout': 'validationTimeoutSeconds',
  '--warmup-epochs': 'schedule.warmupEpochs',
  '--weight-decay': 'weightDecay',
};

/** Names that other programs use, and our removed option. */
const synonyms: Readonly<Record<string, string>> = {
  '--optimiser': '--optimizer',
  '--data-licence': '--data-license',
  '--neighbours': '--neighbors',
  '--batchnorm': '--batch-norm',
  '--margin': '--loss-options',
  '--scale': '--loss-options',
};

/** Returns the `--set` to type in place of a removed option, or undefined if there was no such option. */
export function insteadOf(flag: string): string | undefined {
  const path = moved[synonyms[flag] ?? flag];
  if (path === undefined) return undefined;
  return path === 'loss' ? '--set loss.NAME=VALUE' : `--set ${path}=VALUE`;
}

/** Returns what to type for a setting: `--batch` for `batchSize`, `--set clipNorm` for `clipNorm`. */
export function typableOf(path: string): string | undefined {
  const option = [...all, seed].find(({ to }) => to === path);
  if (option !== undefined) return longOf(option);
  return schemaAt(path) === undefined ? undefined : `--set ${path}`;
}

const longOf = ({ flags }: ShortOption) => flags.split(' ')[0]!;

/** Returns the setting of a current or removed option, given commander's attribute name of the option. */
export function pathOfAttribute(attribute: string): string | undefined {
  const flag = `--${attribute.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return [...all, seed].find((option) => longOf(option) === flag)?.to ?? moved[flag];
}

/** Creates the commander option, with checks and help from the schema of the setting. */
function optionOf({ flags, to, help, parse }: ShortOption): Option {
  const schema = schemaAt(to)!;
  const standard = schema.default === undefined ? '' : ` (default: ${schema.default})`;
  const words = schema.enum?.join(', ') ?? '';
  const choices = words === '' || to === 'engine' ? '' : `: ${words}`;
  const option = new Option(flags, help ?? `${schema.description}${choices}${standard}`);
  return option.argParser((typed: string) => {
    const value = parse ? parse(typed) : typedValue(typed, schema);
    assertValue(value, schema);
    return value;
  });
}

function assertValue(value: unknown, schema: NonNullable<ReturnType<typeof schemaAt>>): void {
  const mistake = schemaMistake(value, schema);
  if (mistake === undefined) return;
  const choices = schema.enum ? `Allowed choices are ${schema.enum.join(', ')}.` : undefined;
  const where = mistake.path === '' ? '' : ` at ${mistake.path}`;
  const meant = mistake.meant === undefined ? '' : `\n(Did you mean ${mistake.meant}?)`;
  throw new InvalidArgumentError(`${choices ?? `Expected ${mistake.expected}${where}.`}${meant}`);
}

/** A `NAME=VALUE` of `--set`. */
export interface Assignment {
  path: string;
  value: unknown;
}

/** Parses one `--set`, such as `optimizer.kind=adamw`, and appends it to those before. */
export function assignment(typed: string, before: readonly Assignment[] = []): Assignment[] {
  const at = typed.indexOf('=');
  const path = typed.slice(0, at);
  if (at < 1) throw new InvalidArgumentError('Expected NAME=VALUE, such as optimizer.kind=adamw.');
  const schema = schemaAt(path);
  if (schema === undefined) throw new InvalidArgumentError(unknownSetting(path));
  const value = path === 'loss' ? jsonObject(typed.slice(at + 1)) : typedValue(typed.slice(at + 1), schema);
  assertValue(value, schema);
  return [...before, { path, value }];
}

function unknownSetting(path: string): string {
  const parts = path.split('.');
  const known = parts.findLastIndex((_, k) => k > 0 && schemaAt(parts.slice(0, k).join('.')) !== undefined);
  const inside = known < 1 ? settingsSchema : schemaAt(parts.slice(0, known).join('.'))!;
  const names = membersOf(inside);
  const meant = nearest(parts[Math.max(known, 0)]!, names);
  const prefix = known < 1 ? '' : `${parts.slice(0, known).join('.')}.`;
  if (names.length === 0) return `Expected ${describeSchema(inside)} for ${parts.slice(0, known).join('.')}.`;
  const hint = meant === undefined ? '' : `\n(Did you mean ${prefix}${meant}?)`;
  return `Expected a name among ${names.map((name) => prefix + name).join(', ')}.${hint}`;
}

const membersOf = ({ properties = {}, anyOf = [] }: typeof settingsSchema): string[] => [
  ...new Set([...Object.keys(properties), ...anyOf.flatMap(membersOf)]),
];

/** Adds the options of all groups to a command, each group under its heading. */
export function addTo(command: {
  optionsGroup(title: string): unknown;
  addOption(option: Option): unknown;
}): void {
  for (const [title, options] of Object.entries(groups)) {
    command.optionsGroup(title);
    for (const option of options) command.addOption(optionOf(option));
    if (title.startsWith('Recipe')) command.addOption(optionOf(seed));
  }
}

/** Returns the command line as settings: first the options, then each `--set` in order. */
export function settingsTyped(command: CommandUnknownOpts): Settings {
  const typed = command.opts() as Record<string, unknown> & { set?: readonly Assignment[] };
  const short = Object.entries(typed)
    .filter(([name]) => command.getOptionValueSource(name) === 'cli' && name !== 'recipe')
    .flatMap(([name, value]) => {
      const path = pathOfAttribute(name);
      return path === undefined ? [] : [{ path, value }];
    });
  return [...short, ...(typed.set ?? [])].reduce<Record<string, unknown>>(
    (tree, { path, value }) =>
      path === 'loss'
        ? withValue(tree, 'loss', { ...(tree.loss as object), ...(value as object) })
        : withValue(tree, path, value),
    {},
  );
}
