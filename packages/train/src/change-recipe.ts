import {
  checkArguments,
  InvalidArgumentError,
  isRecord,
  type JsonSchema,
  schemaMistake,
  variantOf,
} from '@hm/tensor/host';
import type { Recipe } from './recipe.ts';
import { recipeSchema } from './recipe-schema.ts';

/** Some members of a recipe, and some members of those. */
export type RecipeChanges = { readonly [Name in keyof Recipe]?: unknown } & { readonly $schema?: string };

/**
 * A recipe with changes, as a JSON file or a command line writes them: members that are not named stay as they are. Another
 * `kind` of schedule, optimizer or sampler begins with the defaults of that kind; `augment` takes the place of the whole.
 *
 * @throws {InvalidArgumentError} for a member or a value that no recipe may have.
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

/** @throws {InvalidArgumentError} that names the first member that is not as the schema says. */
export function assertRecipe(recipe: Recipe, required: readonly string[] = []): void {
  const mistake = schemaMistake(recipe, { ...recipeSchema, required });
  if (mistake === undefined) return;
  const { path, expected, received, meant } = mistake;
  const name = path === '' ? 'recipe' : `recipe.${path}`;
  const fix = meant === undefined ? `Change ${name}.` : `Write ${meant}.`;
  throw new InvalidArgumentError({
    where: `train option "${name}"`,
    expected,
    received: typeof received === 'object' ? JSON.stringify(received) : received,
    fix,
    fields: { path: name },
  });
}

function merged(base: unknown, change: unknown, schema: JsonSchema): unknown {
  if (!isRecord(change)) return change;
  const kind = change.kind ?? (isRecord(base) ? base.kind : undefined);
  const { properties = {}, required = [] } = variantOf({ ...change, kind }, schema) ?? {};
  const defaults = required.flatMap((name) =>
    properties[name]?.default === undefined ? [] : [[name, properties[name].default]],
  );
  // A number that stands for an object is its first member: the decay of all weights.
  const stands = typeof base === 'number' && required[0] !== undefined ? { [required[0]]: base } : {};
  const start: Record<string, unknown> =
    isRecord(base) && base.kind === kind ? base : { ...Object.fromEntries(defaults), ...stands };
  const members = Object.entries(change)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, merged(start[name], value, properties[name] ?? {})]);
  return { ...start, ...Object.fromEntries(members) };
}
