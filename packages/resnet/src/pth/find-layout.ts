import { InvalidDataError, printable } from '@hm/tensor';
import { type Layout, layouts, networkOf } from './layouts.ts';
import type { StateDict } from './state-dict.ts';
import { type Shapes, shapesOf } from './weights.ts';

/** A layout, and the prefix of its names in a file, such as `module.`. */
export interface Match {
  layout: Layout;
  prefix: string;
}

/** PyTorch's names for the values of a network. */
export interface TheirNames {
  /** Their name by our name, undefined if they have no such value. */
  of: ReadonlyMap<string, string | undefined>;
  /** All names in their state dict, including those that have no counterpart here. */
  all: readonly string[];
}

const LEAVES: Readonly<Record<string, string>> = {
  gamma: 'weight',
  beta: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
  weight: 'weight',
  bias: 'bias',
};

/** Returns the names of a network's values in a layout. */
export function theirNames(layout: Layout, { params, statistics }: Shapes): TheirNames {
  const of = new Map(
    [...Object.keys(params), ...Object.keys(statistics)].map((ours) => {
      const dot = ours.lastIndexOf('.');
      const leaf = LEAVES[ours.slice(dot + 1)];
      const module = layout.module(leaf === undefined ? ours : ours.slice(0, dot));
      const lacks = layout.withoutOffset && ours === EMBEDDING_OFFSET;
      return [ours, module === undefined || lacks ? undefined : `${module}.${leaf ?? 'weight'}`];
    }),
  );
  const named = [...of.values()].filter((name) => name !== undefined);
  return { of, all: [...named, ...(layout.ones ?? [])] };
}

/** Our name for the offset of the embedding's normalization. */
export const EMBEDDING_OFFSET = 'head.embeddingNorm.beta';

/** Returns true for PyTorch's batch counters, which a state dict has besides weights. */
const isCounter = (name: string) => name.endsWith('.num_batches_tracked');

/**
 * Finds the network whose names a file has.
 *
 * @throws {InvalidDataError} if it is not a known network. The error lists the differences to the nearest one.
 */
export function findLayout(state: StateDict, candidates = layouts): Match {
  const differences = candidates.flatMap((layout) => {
    const { all } = namesOf(layout);
    return prefixesIn(state.names).map((prefix) => ({
      layout,
      prefix,
      ...compared(state.names, all, prefix),
    }));
  });
  const score = ({ missing, others }: { missing: readonly string[]; others: readonly string[] }) =>
    missing.length + others.length;
  const nearest = differences.reduce((best, each) => (score(each) < score(best) ? each : best));
  if (score(nearest) === 0) return nearest;
  throw another(nearest);
}

/** Returns the names of a layout's values, found with the smallest possible network of that layout. */
export function namesOf(layout: Layout): TheirNames {
  const known = names.get(layout);
  if (known !== undefined) return known;
  const small = networkOf(layout, { width: 1, embeddingSize: 1, imageSize: [32, 32] });
  const found = theirNames(layout, shapesOf(small));
  names.set(layout, found);
  return found;
}

const names = new Map<Layout, TheirNames>();

/** Returns possible prefixes of all names: none, `module.`, `model.`, `module.backbone.`. */
function prefixesIn(all: readonly string[]): string[] {
  const starts = all.flatMap((name) => {
    const [first, second] = name.split('.');
    return [`${first}.`, `${first}.${second}.`];
  });
  return ['', ...new Set(starts)].slice(0, 50);
}

function compared(given: readonly string[], wanted: readonly string[], prefix: string) {
  const found = new Set(
    given.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)),
  );
  const known = new Set(wanted);
  return {
    missing: wanted.filter((name) => !found.has(name)),
    others: [...found].filter((name) => !known.has(name) && !isCounter(name)),
  };
}

interface Compared extends Match {
  missing: readonly string[];
  others: readonly string[];
}

function another({ layout, missing, others }: Compared): InvalidDataError {
  const some = (few: readonly string[]) =>
    `${few
      .slice(0, 3)
      .map((name) => printable(name))
      .join(', ')}${few.length > 3 ? ' …' : ''}`;
  const differences = [
    ...(missing.length > 0 ? [`lacks ${missing.length} of its names (${some(missing)})`] : []),
    ...(others.length > 0 ? [`has ${others.length} others (${some(others)})`] : []),
  ];
  return new InvalidDataError({
    where: 'PyTorch weights',
    expected: `the names of a network of ${[...new Set(layouts.map(({ source }) => source))].join(', ')}`,
    received: `one that is nearest to ${layout.network} of ${layout.source}, but ${differences.join(' and ')}`,
    fix: 'Export it to ONNX with PyTorch and take that file: torch.onnx.export(model.eval(), images, "model.onnx").',
    fields: { nearest: layout.network, source: layout.source, missing, others },
  });
}
