import { InvalidArgumentError, nearest } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import type { Head, HeadConfig } from './head.ts';
import { additions, classHeads, decorators, embeddingLosses } from './head-catalog.ts';
import { headFromConfig } from './head-from-config.ts';

/** Options for the short form of a head: those of its loss, and those of each decorator or addition under its name. */
export type HeadOptions = Readonly<Record<string, unknown>>;

/** Names of the losses: `ce`, `arcface`, `triplet`, …. */
export const lossNames: readonly string[] = [...Object.keys(classHeads), ...Object.keys(embeddingLosses)];

/** Prefixes allowed before a name in the short form of a head: `hm-`, `focal-`, …. */
export const decoratorPrefixes: readonly string[] = Object.values(decorators).map(({ prefix }) => prefix);

/** Names allowed after a plus sign in the short form of a head: `center` in `ce+center`. */
export const additionNames: readonly string[] = [...Object.keys(embeddingLosses), ...Object.keys(additions)];

// DeepID2's weight beside softmax. The other papers add their loss with weight 1.
const DEFAULT_WEIGHTS: Readonly<Record<string, number>> = { contrastive: 0.05 };

/**
 * Makes a head from its short form: `hm-arcface` is `hardMining(arcFace())`. Of several prefixes, the one in front is
 * applied last: `ohem-hm-ce` keeps the hardest of the hard-mining losses. `ce+center` adds a loss on embeddings;
 * `hm-(ce+center)` applies hard mining to the sum, `hm-ce+center` only to the first loss.
 *
 * @throws {InvalidArgumentError} if a name or an option is unknown.
 * @example
 * const head = headByName('hm-arcface', { scale: 32, 'hard-mining': { over: 'batch' } });
 */
export const headByName = (shorthand: string, options: HeadOptions = {}): Head => {
  checkArguments('headByName', { shorthand }, { shorthand: 'string' });
  return headFromConfig(headConfig(shorthand, options));
};

/**
 * Returns the configuration for a short form, with only the given options and no defaults.
 *
 * @throws {InvalidArgumentError} if a name is unknown.
 * @example
 * headConfig('hm-arcface', { scale: 32 }); // { name: 'hard-mining', of: { name: 'arcface', scale: 32 } }
 */
export function headConfig(shorthand: string, options: HeadOptions = {}): HeadConfig {
  checkArguments('headConfig', { shorthand }, { shorthand: 'string' });
  const plus = lastPlus(shorthand);
  if (plus >= 0) return withAddition(shorthand.slice(0, plus), shorthand.slice(plus + 1), options);
  const decorator = Object.entries(decorators).find(([, { prefix }]) => shorthand.startsWith(prefix));
  if (decorator) {
    const [name, { prefix }] = decorator;
    const { [name]: own, ...rest } = options;
    return { ...(own as object), name, of: headConfig(shorthand.slice(prefix.length), rest) };
  }
  if (shorthand.startsWith('(') && shorthand.endsWith(')'))
    return headConfig(shorthand.slice(1, -1), options);
  if (!lossNames.includes(shorthand)) throw unknownName(shorthand, lossNames);
  return { ...options, name: shorthand };
}

/**
 * Returns the short form of a configuration, for people to read. It omits the options.
 *
 * @example
 * headShorthand(hardMining(arcFace()).config); // 'hm-arcface'
 */
export function headShorthand(config: HeadConfig): string {
  checkArguments('headShorthand', { config }, { config: { has: ['name'] } });
  const { name, of, add } = config;
  if (of === undefined) return name;
  const base = headShorthand(of);
  if (!Object.hasOwn(decorators, name)) return `${base}+${name === 'joint' ? add?.name : name}`;
  return decorators[name]?.prefix + (base.includes('+') ? `(${base})` : base);
}

/**
 * Adds label smoothing to a configuration: inside its decorators, around its loss with any additions.
 *
 * @param share from 0 to below 1; 0.1 is common.
 * @example
 * withLabelSmoothing(headConfig('hm-arcface'), 0.1); // that of 'hm-smooth-arcface'
 */
export const withLabelSmoothing = (config: HeadConfig, share: number): HeadConfig => {
  checkArguments('withLabelSmoothing', { config, share }, { config: { has: ['name'] }, share: 'number' });
  return Object.hasOwn(decorators, config.name) && config.of
    ? { ...config, of: withLabelSmoothing(config.of, share) }
    : { name: 'label-smoothing', share, of: config };
};

/** Returns the position of the last plus sign outside parentheses, or -1. */
function lastPlus(shorthand: string): number {
  let depth = 0;
  for (let i = shorthand.length - 1; i > 0; i--) {
    if (shorthand[i] === ')') depth += 1;
    if (shorthand[i] === '(') depth -= 1;
    if (shorthand[i] === '+' && depth === 0) return i;
  }
  return -1;
}

function withAddition(base: string, name: string, options: HeadOptions): HeadConfig {
  if (!additionNames.includes(name)) throw unknownName(name, additionNames);
  const { [name]: own, ...rest } = options;
  const of = headConfig(base, rest);
  if (Object.hasOwn(additions, name)) return { ...(own as object), name, of };
  const { weight = DEFAULT_WEIGHTS[name] ?? 1, ...add } = (own ?? {}) as HeadOptions;
  return { name: 'joint', weight, add: { ...add, name }, of };
}

function unknownName(name: string, known: readonly string[]) {
  const meant = nearest(name, known);
  return new InvalidArgumentError({
    where: 'headConfig',
    expected: 'the name of a loss',
    received: name,
    fix: `Write ${meant ?? `one of ${known.join(', ')}`}.`,
    fields: { name, known },
  });
}
