import { americanSpelling } from '@hm/tensor/host';
import type { VerificationResult } from '../verification/verification-result.ts';
import { type Html, html, name } from './html.ts';
import { seriesName } from './sections.ts';
import { table } from './tables.ts';

/**
 * Renders the settings of each result: the evaluation's choices, then the training as described in the model's file.
 */
export const recipeSection = (results: readonly VerificationResult[]): Html =>
  html`<section aria-labelledby="recipe"><h2 id="recipe">Recipe</h2>${results.map(
    (result) =>
      html`${results.length > 1 && html`<h3>${name(seriesName(result))}</h3>`}${table(
        `Recipe of ${seriesName(result)}`,
        ['Setting', 'Value'],
        [...choices(result), ...metadata(result)].map(([setting, value]) => [name(setting), name(value)]),
        'names',
      )}`,
  )}</section>`;

/**
 * Returns a result's settings by name: the evaluation's choices, then the training as described in the model's file.
 */
export const settingsOf = (result: VerificationResult): Map<string, string> =>
  new Map([...choices(result), ...metadata(result)]);

function choices(result: VerificationResult): [string, string][] {
  const { model, protocol, flip, distance, thresholdSearch, centered, templates } = result;
  return [
    ['model', model],
    ['protocol', protocol],
    ['flip', flip],
    ['distance', distance],
    ['threshold', thresholdSearch],
    ['mean embedding subtracted', centered ? 'yes' : 'no'],
    ...(templates ? [['templates', JSON.stringify(templates)] as [string, string]] : []),
  ];
}

const metadata = ({ metadata = {} }: VerificationResult): [string, string][] =>
  Object.entries(metadata).flatMap(([key, text]) =>
    Object.entries(americanSpelling({ [key]: parse(text) })).flatMap(([name, value]) =>
      flatten(name.replace(/^hm\./, ''), value),
    ),
  );

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Flattens a nested value to one row per number or word, with keys such as `recipe.learningRate`. */
function flatten(key: string, value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [[key, typeof value === 'string' ? value : JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([inner, item]) => flatten(`${key}.${inner}`, item));
}
