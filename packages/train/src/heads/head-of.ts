import {
  adaptiveHardSamples,
  focal,
  type Head,
  type HeadOptions,
  hardMining,
  headByName,
  ohem,
} from '@hm/losses';
import { labelSmoothing } from './label-smoothing.ts';

type Config = Readonly<Record<string, unknown>>;

const wrappers: Record<string, { key: string; wrap: (head: Head, options?: never) => Head }> = {
  'hm-': { key: 'hardMining', wrap: hardMining },
  'focal-': { key: 'focal', wrap: focal },
  'ohem-': { key: 'ohem', wrap: ohem },
  'adaptive-': { key: 'adaptive', wrap: adaptiveHardSamples },
};

const SMOOTH = 'smooth-';

/**
 * `headByName` of @hm/losses, which also knows heads with smoothed targets: `hm-smooth-arcface` with `labelSmoothing`
 * among the options. `headOf(head.name, head.config)` gives an equal head.
 *
 * @throws {InvalidArgumentError} if there is no head of that name.
 * @example
 * const head = headOf('hm-smooth-arcface', { labelSmoothing: 0.1 });
 */
export function headOf(name: string, config: Config): Head {
  if (!name.includes(SMOOTH)) return headByName(name, config as HeadOptions);
  if (name.startsWith('(') && name.endsWith(')')) return headOf(name.slice(1, -1), config);
  if (name.startsWith(SMOOTH)) {
    const { labelSmoothing: share, ...rest } = config;
    return labelSmoothing(headOf(name.slice(SMOOTH.length), rest), share as number);
  }
  const prefix = Object.keys(wrappers).find((known) => name.startsWith(known));
  if (prefix === undefined) return headByName(name, config as HeadOptions);
  const { key, wrap } = wrappers[prefix]!;
  const { [key]: own, ...rest } = config;
  return wrap(headOf(name.slice(prefix.length), rest), own as never);
}

/** The head that hard mining was put around, if it was. */
export function withoutHardMining(head: Head): Head {
  if (!head.name.startsWith('hm-')) return head;
  if (head.wrapped) return head.wrapped;
  const { hardMining: _, ...config } = head.config;
  return headOf(head.name.slice('hm-'.length), config);
}
