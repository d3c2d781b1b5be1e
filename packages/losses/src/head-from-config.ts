import { InvalidArgumentError } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import { type EmbeddingLoss, embeddingHead } from './embedding/embedding-loss.ts';
import { joint } from './embedding/joint.ts';
import type { Head, HeadConfig } from './head.ts';
import { additions, classHeads, decorators, embeddingLosses } from './head-catalog.ts';

/**
 * Makes a head from its configuration: `headFromConfig(head.config)` returns an equal head, also after a round trip
 * through JSON.
 *
 * @throws {InvalidArgumentError} if a name or an option is unknown, or a decorator wraps no head.
 * @example
 * const head = headFromConfig({ name: 'hard-mining', alpha: 1.5, of: { name: 'arcface', scale: 32 } });
 */
export function headFromConfig(config: HeadConfig): Head {
  checkArguments('headFromConfig', { config }, { config: { has: ['name'] } });
  const { name, of, add, ...options } = config;
  if (name === 'joint') {
    const loss = lossFromConfig(required(config, 'add'));
    return joint(headFromConfig(required(config, 'of')), [{ ...options, loss }]);
  }
  const decorator = entryOf({ ...decorators, ...additions }, name);
  if (decorator) return decorator.make(headFromConfig(required(config, 'of')), options);
  if (of !== undefined || add !== undefined) throw invalid(`${name} to stand alone`, 'a head under it');
  const head = entryOf(classHeads, name);
  return head ? head.make(options) : embeddingHead(lossFromConfig(config));
}

function lossFromConfig({ name, ...options }: HeadConfig): EmbeddingLoss {
  const loss = entryOf(embeddingLosses, name);
  if (loss) return loss.make(options);
  const names = [classHeads, embeddingLosses, decorators, additions].flatMap(Object.keys);
  throw invalid(`one of ${[...names, 'joint'].join(', ')}`, name);
}

/** Looks up a name among own properties only: names come from files and must not reach the prototype. */
const entryOf = <Entry>(entries: Readonly<Record<string, Entry>>, name: string): Entry | undefined =>
  Object.hasOwn(entries, name) ? entries[name] : undefined;

function required(config: HeadConfig, member: 'of' | 'add'): HeadConfig {
  const value = config[member];
  if (typeof value?.name === 'string') return value;
  throw invalid(`${config.name} with the configuration of a head in \`${member}\``, value);
}

const invalid = (expected: string, received: unknown) =>
  new InvalidArgumentError({
    where: 'headFromConfig',
    expected,
    received,
    fix: 'Write the configuration as `config` of a head has it; the README of @hm/losses lists names and options.',
  });
