import { InvalidArgumentError, nearest } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';

/** Where a number must lie; a limit that is absent is infinite. */
export interface Range {
  /** Exclusive. */
  above?: number;
  from?: number;
  to?: number;
  /** Exclusive. */
  below?: number;
  integer?: boolean;
}

/** A number with a schedule: λ of A-Softmax and L-Softmax. */
export interface Annealing {
  base: number;
  gamma: number;
  power: number;
  min: number;
}

interface NumberOption extends Range {
  default: number;
  doc: string;
}

interface FlagOption {
  default: boolean;
  doc: string;
}

interface ChoiceOption<Choice extends string = string> {
  default: Choice;
  choices: readonly Choice[];
  doc: string;
}

interface AnnealedOption {
  default: Annealing | number;
  /** A number, or `λ = max(min, base·(1 + gamma·iteration)^(−power))`, the iteration counted from 1. */
  annealed: true;
  doc: string;
}

/** An option: its default, what it may be, and a line that explains it. */
export type OptionSpec = NumberOption | FlagOption | ChoiceOption | AnnealedOption;

/** The options of a head by name: their type, check, help and row in the README come from here. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type ValueOf<Spec> = Spec extends { annealed: true }
  ? Annealing | number
  : Spec extends { choices: readonly (infer Choice)[] }
    ? Choice
    : Spec extends { default: boolean }
      ? boolean
      : number;

/** Every option, defaults filled in. */
export type ConfigOf<Specs> = { -readonly [Name in keyof Specs]: ValueOf<Specs[Name]> };

/** Arguments of a factory: some of the options. */
export type OptionsOf<Specs> = { [Name in keyof Specs]?: ValueOf<Specs[Name]> };

/** Specifications as they are written, their choices kept as literal types. */
export const optionSpecs = <const Specs extends OptionSpecs>(specs: Specs): Specs => specs;

/**
 * The options of `specs` in their order, defaults filled in; `undefined` stands for the default.
 *
 * @throws {InvalidArgumentError} if an option is unknown, of another type or out of its range.
 */
export function resolveOptions<Specs extends OptionSpecs>(
  where: string,
  specs: Specs,
  options: OptionsOf<Specs>,
): ConfigOf<Specs> {
  const given = assertKnown(where, specs, options);
  const resolved = Object.entries(specs).map(([name, spec]) => {
    const value = given[name] === undefined ? spec.default : given[name];
    assertValue(where, name, value, spec);
    return [name, value];
  });
  return Object.fromEntries(resolved);
}

function assertKnown(where: string, specs: object, options: unknown): Record<string, unknown> {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalid(where, 'an object of options', options);
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(specs, name));
  if (unknown === undefined) return options as Record<string, unknown>;
  const known = Object.keys(specs);
  const meant = nearest(unknown, known);
  const fix = meant === undefined ? `Leave out \`${unknown}\`.` : `Write \`${meant}\`.`;
  throw invalid(where, `options among ${known.join(', ') || 'none'}`, unknown, fix);
}

function assertValue(where: string, name: string, value: unknown, spec: OptionSpec): void {
  if ('annealed' in spec) assertAnnealing(where, name, value);
  else if ('choices' in spec) assertChoice(where, name, value, spec.choices);
  else if (typeof spec.default === 'number') assertRange(where, name, value, spec as NumberOption);
  else if (typeof value !== 'boolean') throw invalid(where, `${name} to be true or false`, value);
}

function assertAnnealing(where: string, name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) assertRange(where, name, value, { from: 0 });
  else {
    const schedule = assertKnown(`${where} ${name}`, annealing, value);
    for (const [member, spec] of Object.entries(annealing))
      assertRange(where, `${name}.${member}`, schedule[member], spec);
  }
}

const annealing: Record<keyof Annealing, Range> = {
  base: { from: 0 },
  gamma: { from: 0 },
  power: { from: 0 },
  min: { from: 0 },
};

function assertChoice(where: string, name: string, value: unknown, choices: readonly string[]): void {
  if (!choices.includes(value as string))
    throw invalid(where, `${name} to be one of ${choices.join(', ')}`, value);
}

/** @throws {InvalidArgumentError} unless `value` is a finite number in the range. */
export function assertRange(where: string, name: string, value: unknown, range: Range): void {
  const { above = -Infinity, from = -Infinity, to = Infinity, below = Infinity, integer = false } = range;
  if (typeof value === 'number' && Number.isFinite(value) && (!integer || Number.isInteger(value))) {
    if (value > above && value >= from && value <= to && value < below) return;
  }
  throw invalid(
    where,
    `${name} to be ${integer ? 'an integer' : 'a number'} ${describeRange(range)}`.trimEnd(),
    value,
  );
}

/** A range in signs: `> 0 and <= 1`; empty if every number is in it. */
export const describeRange = (range: Range): string => {
  checkArguments('describeRange', { range }, { range: 'object' });
  const { above, from, to, below } = range;
  return Object.entries({ '>': above, '>=': from, '<=': to, '<': below })
    .filter(([, limit]) => limit !== undefined)
    .map(([sign, limit]) => `${sign} ${limit}`)
    .join(' and ');
};

const invalid = (
  where: string,
  expected: string,
  received: unknown,
  fix = 'Change that option; the table of losses in the README of @hm/losses lists them with their ranges.',
) => new InvalidArgumentError({ where, expected, received, fix });
