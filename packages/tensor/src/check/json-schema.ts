import { InvalidArgumentError } from '../errors.ts';
import { checkArguments } from './check-options.ts';
import { isRecord } from './is-record.ts';
import { nearest } from './nearest.ts';

/** The part of JSON Schema (draft 7) that is used here. */
export interface JsonSchema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  /**
   * Schema of members that are not in `properties`, or whether any are allowed. Default: members of any name are fine.
   */
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  /** Alternatives. If several are objects, their member `kind` says which one is meant. */
  readonly anyOf?: readonly JsonSchema[];
}

/** A place where a value does not match its schema. */
export interface SchemaMistake {
  /** Path to the place, such as `optimizer.momentum`; empty for the value itself. */
  path: string;
  expected: string;
  received: unknown;
  /** The name or word that was probably meant. */
  meant?: string;
}

/** What the error for a {@link SchemaMistake} says besides the mistake. */
export interface MistakeContext {
  /** Where the value was given. */
  where: string;
  /** Full name of the value, for `fields.path`. */
  path: string;
  /** Fix, unless another name or word was probably meant. */
  change: string;
}

/** Creates the error for a value that does not match its schema. */
export function mistakeError(
  mistake: Pick<SchemaMistake, 'expected' | 'received' | 'meant'>,
  context: MistakeContext,
): InvalidArgumentError {
  checkArguments('mistakeError', { mistake, context }, { mistake: { has: ['expected'] }, context: 'object' });
  const { expected, received, meant } = mistake;
  const { where, path, change } = context;
  return new InvalidArgumentError({
    where,
    expected,
    received: typeof received === 'object' ? JSON.stringify(received) : received,
    fix: meant === undefined ? change : `Write ${meant}.`,
    fields: { path },
  });
}

/** Returns the first place where a value does not match its schema; members that are undefined count as left out. */
export function schemaMistake(value: unknown, schema: JsonSchema, path = ''): SchemaMistake | undefined {
  const { const: only, enum: words = only === undefined ? undefined : [only] } = schema;
  if (words !== undefined) return words.includes(value) ? undefined : otherWord(value, words, path);
  if (schema.anyOf !== undefined) {
    const kinds = kindsOf(schema);
    const variant = variantOf(value, schema);
    if (variant !== undefined) return schemaMistake(value, variant, path);
    if (kinds.length > 0 && isRecord(value)) return otherWord(value.kind, kinds, join(path, 'kind'));
    return { path, expected: describeSchema(schema), received: value };
  }
  if (!isOfType(value, schema)) return { path, expected: describeSchema(schema), received: value };
  if (Array.isArray(value)) return mistakeInList(value, schema, path);
  return isRecord(value) ? mistakeInObject(value, schema, path) : undefined;
}

/** Returns the alternative that a value is meant to be; the schema itself if it has none, undefined if none fits. */
export function variantOf(value: unknown, schema: JsonSchema): JsonSchema | undefined {
  if (schema.anyOf === undefined) return schema;
  return schema.anyOf.find((one) => {
    const kind = one.properties?.kind?.const;
    if (one.type === 'object') return isRecord(value) && (kind === undefined || value.kind === kind);
    return one.anyOf ? variantOf(value, one) !== undefined : schemaMistake(value, one) === undefined;
  });
}

/** Describes a schema in words: `a whole number from 1 to 8`. */
export function describeSchema(schema: JsonSchema): string {
  checkArguments('describeSchema', { schema }, { schema: 'object' });
  const { type, const: only, enum: words = only === undefined ? undefined : [only], anyOf } = schema;
  if (words !== undefined)
    return listed(words.map((word) => (typeof word === 'string' ? `'${word}'` : `${word}`)));
  if (anyOf !== undefined) return listed([...new Set(anyOf.map(describeSchema))]);
  if (type === 'number' || type === 'integer') return describeNumber(schema);
  if (type === 'boolean') return 'true or false';
  if (type === 'string') return 'a text';
  if (type === 'array')
    return `a list${schema.minItems === undefined ? '' : ` of at least ${schema.minItems}`}`;
  const required = schema.required ?? [];
  return `an object${required.length > 0 ? ` with ${required.join(', ')}` : ''}`;
}

function describeNumber({ type, ...schema }: JsonSchema): string {
  const { minimum: from, exclusiveMinimum: above, maximum: to, exclusiveMaximum: below } = schema;
  const what = type === 'integer' ? 'a whole number' : 'a number';
  const low = from === undefined ? above : from;
  const high = to === undefined ? (below === undefined ? undefined : `below ${below}`) : `${to}`;
  if (low === undefined) return high === undefined ? what : `${what} of at most ${high}`;
  if (high === undefined) return from === undefined ? `${what} above ${low}` : `${what} of at least ${low}`;
  return from === undefined ? `${what} above ${low}, at most ${high}` : `${what} from ${low} to ${high}`;
}

const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;

function otherWord(received: unknown, words: readonly unknown[], path: string): SchemaMistake {
  const meant =
    typeof received === 'string'
      ? nearest(
          received,
          words.filter((word) => typeof word === 'string'),
        )
      : undefined;
  return { path, expected: describeSchema({ enum: words }), received, ...(meant !== undefined && { meant }) };
}

const kindsOf = ({ anyOf = [] }: JsonSchema): unknown[] =>
  anyOf.flatMap(({ properties }) => properties?.kind?.const ?? []);

function isOfType(value: unknown, { type, minItems = 0, ...range }: JsonSchema): boolean {
  if (type === undefined) return true;
  if (type === 'object') return isRecord(value);
  if (type === 'array') return Array.isArray(value) && value.length >= minItems;
  if (type === 'null') return value === null;
  if (type !== 'number' && type !== 'integer') return typeof value === type;
  const { minimum = -Infinity, exclusiveMinimum: above = -Infinity } = range;
  const { maximum = Infinity, exclusiveMaximum: below = Infinity } = range;
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (type === 'integer' && !Number.isSafeInteger(value)) return false;
  return value >= minimum && value > above && value <= maximum && value < below;
}

function mistakeInList(
  items: readonly unknown[],
  schema: JsonSchema,
  path: string,
): SchemaMistake | undefined {
  for (const [index, item] of items.entries()) {
    const mistake = schemaMistake(item, schema.items ?? {}, join(path, `${index}`));
    if (mistake) return mistake;
  }
  return undefined;
}

function mistakeInObject(
  members: Record<string, unknown>,
  { properties = {}, required = [], additionalProperties: others = true }: JsonSchema,
  path: string,
): SchemaMistake | undefined {
  const missing = required.find((name) => members[name] === undefined);
  if (missing !== undefined)
    return {
      path: join(path, missing),
      expected: describeSchema(properties[missing] ?? {}),
      received: 'nothing',
    };
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined) continue;
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (own === undefined && others === false) return unknownName(name, Object.keys(properties), path);
    const mistake = schemaMistake(value, own ?? (typeof others === 'object' ? others : {}), join(path, name));
    if (mistake) return mistake;
  }
  return undefined;
}

function unknownName(name: string, known: readonly string[], path: string): SchemaMistake {
  const meant = nearest(name, known);
  const expected = known.length === 0 ? 'no members' : `members among ${known.join(', ')}`;
  return { path, expected, received: name, ...(meant !== undefined && { meant }) };
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
