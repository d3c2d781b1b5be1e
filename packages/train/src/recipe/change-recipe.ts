import {
  checkArguments,
  isRecord,
  type JsonSchema,
  mistakeError,
  schemaMistake,
  variantOf,
} from '@hm/tensor/host';
import type { Recipe } from './recipe.ts';
import { recipeSchema } from './recipe-schema.ts';

/** Part of a recipe: any of its members, each of which may be partial as well. */
export type RecipeChanges = { readonly [Name in keyof Recipe]?: unknown } & { readonly $schema?: string };

/**
 * Returns a recipe with changes applied, as a JSON file or a command line gives them. Members that are not named stay
 * as they are. A new `kind` of schedule, optimizer or sampler starts from that kind's defaults. `augment` is replaced
 * as a whole.
 *
 * @throws {InvalidArgumentError} for an unknown member or a value that is not allowed.
 * @example
 * changeRecipe(paper, { epochs: 8, schedule: { kind: 'cosine' }, optimizer: { momentum: 0.8 } });
 */
export function changeRecipe(recipe: Recipe, given: RecipeChanges): Recipe {
  checkArguments('changeRecipe', { recipe, changes: given }, { recipe: 'object', changes: 'object' });
  const { $schema: _, ...changes } = given;
  const { augment = recipe.augment, ...others } = changes;
  const changed = { ...(merged(recipe, others, recipeSchema) as Recipe), augment } as Recipe;
  assertRecipe(changed);
  return changed;
}

/** Checks a recipe against the schema. @throws {InvalidArgumentError} naming the first member that does not match. */
export function assertRecipe(recipe: Recipe, required: readonly string[] = []): void {
  const mistake = schemaMistake(recipe, { ...recipeSchema, required });
  if (mistake === undefined) return;
  const path = mistake.path === '' ? 'recipe' : `recipe.${mistake.path}`;
  throw mistakeError(mistake, { where: `train option "${path}"`, path, change: `Change ${path}.` });
}

function merged(base: unknown, change: unknown, schema: JsonSchema): unknown {
  if (!isRecord(change)) return change;
  const kind = change.kind ?? (isRecord(base) ? base.kind : undefined);
  const { properties = {}, required = [] } = variantOf({ ...change, kind }, schema) ?? {};
  const defaults = required.flatMap((name) =>
    properties[name]?.default === undefined ? [] : [[name, properties[name].default]],
  );
  // A number in place of an object is its first required member: one weight decay for all is that of `weights`.
  const stands = typeof base === 'number' && required[0] !== undefined ? { [required[0]]: base } : {};
  const start: Record<string, unknown> =
    isRecord(base) && base.kind === kind ? base : { ...Object.fromEntries(defaults), ...stands };
  const members = Object.entries(change)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, merged(start[name], value, properties[name] ?? {})]);
  return { ...start, ...Object.fromEntries(members) };
}
