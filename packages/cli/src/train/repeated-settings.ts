import { InvalidDataError, isRecord, schemaMistake } from '@hm/tensor/host';
import type { Recipe } from '@hm/train';
import { pathOfAttribute } from './options.ts';
import { isOfRecipe, objectOf, type Settings, settingsSchema, withValue } from './settings.ts';

/** Settings that belong to one invocation only: they are neither stored nor repeated. */
const OWN = ['out', 'from', 'resume', 'allowChangedData', 'json', 'verbose', 'dashboard'];

/** Returns the settings that define a run, to be stored in its folder. */
export const ownSettings = (settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => !OWN.includes(name)));

/**
 * Returns the settings of the run that `--from` names.
 *
 * @throws {InvalidDataError} if the folder holds no run of `hm train`, or a stored setting does not exist.
 */
export async function repeatedSettings(run: string): Promise<Settings> {
  const { changeRecipe, paper, readConfig } = await import('@hm/train');
  const saved = (await readConfig(run))?.environment?.command;
  if (saved === undefined) throw noCommand(run);
  return settingsOf(saved, run, (changes) => changeRecipe(paper, changes));
}

/** Reads the settings in `run.json`, where earlier versions stored options. @throws {InvalidDataError} */
export function settingsOf(
  saved: Readonly<Record<string, unknown>>,
  run: string,
  checkRecipe: (changes: object) => Recipe,
): Settings {
  const isOfBefore = typeof saved.loss === 'string';
  const kept = Object.entries(saved).filter(([name]) => !OWN.includes(name));
  // `decayFree` is last because it changes groups of the common `weightDecay`.
  const ordered = kept.toSorted(([a], [b]) => Number(a === 'decayFree') - Number(b === 'decayFree'));
  if (isOfBefore)
    return ordered.reduce<Settings>((tree, [name, value]) => withOption(tree, name, value, run), {});
  for (const [name, value] of kept) {
    if (!Object.hasOwn(settingsSchema.properties!, name)) throw notTypable(run, name, value);
    if (!isOfRecipe(name) && schemaMistake({ [name]: value }, settingsSchema))
      throw notTypable(run, name, value);
    try {
      if (isOfRecipe(name)) checkRecipe({ [name]: value });
    } catch {
      throw notTypable(run, name, value);
    }
  }
  return Object.fromEntries(kept);
}

/** Returns settings with the value of an option that an earlier version stored. */
function withOption(tree: Settings, name: string, value: unknown, run: string): Settings {
  if (name === 'recipe') return { ...tree, recipe: value as NonNullable<Settings['recipe']> };
  if (name === 'lossOptions') return { ...tree, loss: { ...tree.loss, ...(value as object) } };
  if (name === 'skipBadImages') return { ...tree, onBadSample: 'skip' };
  if (name === 'optimizer' && value === 'nesterov')
    return withValue(withValue(tree, 'optimizer.kind', 'sgd'), 'optimizer.nesterov', true);
  if (name === 'decayFree')
    return (value as string[]).reduce<Settings>(
      (before, group) => withValue(before, `weightDecay.${group}`, 0),
      tree,
    );
  const path = pathOfAttribute(name);
  if (path === undefined) throw notTypable(run, name, value);
  return withValue(tree, path, value);
}

/**
 * Merges `over` into `base`. An object with another `kind` replaces the old one, and so does another loss. Photographs
 * and rendered faces replace each other, and so do the two kinds of validation: only one of them can be used.
 */
export function mergedSettings(base: Settings, over: Settings): Settings {
  const replaced = replacedIn(base, over);
  return merged(Object.fromEntries(Object.entries(base).filter(([name]) => !replaced.includes(name))), over);
}

/** Names of the settings in `base` that do not fit those in `over`. */
function replacedIn(base: Settings, { loss, data, synthetic, validate, validatePeople }: Settings): string[] {
  return [
    ...(loss?.name !== undefined && loss.name !== base.loss?.name ? ['loss'] : []),
    ...(data?.path !== undefined ? ['synthetic'] : []),
    ...(synthetic?.identities !== undefined ? ['data'] : []),
    ...(validate !== undefined ? ['validatePeople'] : []),
    ...(validatePeople !== undefined ? ['validate', 'validatePairs'] : []),
  ];
}

function merged(base: Readonly<Record<string, unknown>>, over: object): Record<string, unknown> {
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const before = objectOf(name, result[name]);
    const same = isRecord(value) && (value.kind === undefined || value.kind === before.kind);
    result[name] = same ? merged(before, value) : value;
  }
  return result;
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
