import { InvalidArgumentError, nearest } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';

/** The allowed range of a number. A missing limit is infinite. */
export interface Range {
  /** Exclusive lower limit. */
  above?: number;
  /** Inclusive lower limit. */
  from?: number;
  /** Inclusive upper limit. */
  to?: number;
  /** Exclusive upper limit. */
  below?: number;
  /** True if only integers are allowed. */
  integer?: boolean;
}

/**
 * The schedule of λ in A-Softmax and L-Softmax: `λ = max(min, base·(1 + gamma·iteration)^(−power))`, with the iteration
 * counted from 1.
 */
export interface Annealing {
  /** λ before it decays. */
  base: number;
  /** Rate of the decay per iteration. */
  gamma: number;
  /** Exponent of the decay. */
  power: number;
  /** Lower limit of λ. */
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
  /** Marks an option that is a number or an {@link Annealing} schedule. */
  annealed: true;
  doc: string;
}

/** Description of an option: its default, its allowed values and a line of help. */
export type OptionSpec = NumberOption | FlagOption | ChoiceOption | AnnealedOption;

/** The options of a head by name, the source of their type, their check, their help and their row in the README. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type ValueOf<Spec> = Spec extends { annealed: true }
  ? Annealing | number
  : Spec extends { choices: readonly (infer Choice)[] }
    ? Choice
    : Spec extends { default: boolean }
      ? boolean
      : number;

/** All options, with defaults filled in. */
export type ConfigOf<Specs> = { -readonly [Name in keyof Specs]: ValueOf<Specs[Name]> };

/** The argument of a factory: any of the options. */
export type OptionsOf<Specs> = { [Name in keyof Specs]?: ValueOf<Specs[Name]> };

/** Returns `specs` unchanged and keeps their choices as literal types. */
export const optionSpecs = <const Specs extends OptionSpecs>(specs: Specs): Specs => specs;

/**
 * Returns the options of `specs` in their order, with defaults filled in. `undefined` stands for the default.
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

/** Returns a range as text, such as `> 0 and <= 1`, or an empty string if it has no limits. */
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
