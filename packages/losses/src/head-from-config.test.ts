import { InvalidArgumentError } from '@hm/tensor';
import { describe, expect, it } from 'vitest';
import { hardMining, hardMiningOf } from './decorators/hard-mining.ts';
import { labelSmoothing } from './decorators/label-smoothing.ts';
import type { HeadConfig } from './head.ts';
import { additions, classHeads, decorators, embeddingLosses, optionsOf } from './head-catalog.ts';
import { headFromConfig } from './head-from-config.ts';
import { additionNames, headByName, headConfig, headShorthand, lossNames } from './head-shorthand.ts';
import { arcFace } from './heads/arc-face.ts';

const shorthands = [
  ...lossNames,
  ...Object.values(decorators).map(({ prefix }) => `${prefix}ce`),
  ...additionNames.map((name) => `ce+${name}`),
  ...['hm-smooth-arcface', 'ohem-hm-adaface', 'hm-arcface+triplet', 'hm-(arcface+triplet+center)'],
];

describe.each(shorthands)('%s', (shorthand) => {
  const head = headByName(shorthand);

  it('is rebuilt from its configuration, which is plain JSON', () => {
    const rebuilt = headFromConfig(JSON.parse(JSON.stringify(head.config)));
    expect(rebuilt.config).toEqual(head.config);
    expect(headShorthand(rebuilt.config)).toBe(shorthand);
    expect(rebuilt.needsWholeBatch).toBe(head.needsWholeBatch);
  });

  it('takes undefined for the default, and no option that it does not know', () => {
    const { name: _name, of: _of, add: _add, weight: _weight, ...options } = head.config;
    const absent = Object.fromEntries(Object.keys(options).map((option) => [option, undefined]));
    expect(headFromConfig({ ...head.config, ...absent }).config).toEqual(head.config);
    expect(() => headFromConfig({ ...head.config, nonsense: 1 })).toThrow(/options among .*got nonsense/);
  });
});

it('knows the options of every name', () => {
  for (const name of Object.keys({ ...classHeads, ...embeddingLosses, ...decorators, ...additions })) {
    const config = headFromConfig({ name, ...(!lossNames.includes(name) && { of: { name: 'ce' } }) }).config;
    const defaults = Object.entries(optionsOf(name)!).map(([option, spec]) => [option, spec.default]);
    expect(config).toMatchObject(Object.fromEntries(defaults));
  }
  expect(optionsOf('toString')).toBeUndefined();
});

it('gives options to the part that they are of', () => {
  expect(
    headConfig('hm-arcface+triplet', { scale: 8, 'hard-mining': { over: 'batch' }, triplet: { weight: 2 } }),
  ).toEqual({
    ...{ name: 'joint', weight: 2, add: { name: 'triplet' } },
    of: { name: 'hard-mining', over: 'batch', of: { name: 'arcface', scale: 8 } },
  });
  expect(headConfig('ce+contrastive')).toMatchObject({ weight: 0.05 });
});

it('finds the hard mining of a head, and the head under it', () => {
  const under = labelSmoothing(arcFace());
  expect(hardMiningOf(hardMining(under, { alpha: 2 }))).toMatchObject({
    config: { alpha: 2, beta: 1.1 },
    of: under,
  });
  expect(hardMiningOf(under)).toBeUndefined();
});

it.each([
  ['centre', /the name of a loss, got centre\. Fix: Write/],
  ['ce+centre', /got centre\. Fix: Write/],
  ['hm-', InvalidArgumentError],
  ['toString', /got toString/],
  ['ce+constructor', /got constructor/],
])('refuses the short form %s', (shorthand, message) => {
  expect(() => headByName(shorthand)).toThrow(message);
});

it.each([
  [{ name: 'hasOwnProperty' }, /got hasOwnProperty/],
  [{ name: 'hard-mining' }, /hard-mining with the configuration of a head in `of`/],
  [{ name: 'joint', of: { name: 'ce' } }, /in `add`/],
  [{ name: 'joint', of: { name: 'ce' }, add: { name: 'ce' } }, /triplet.*got ce/],
  [{ name: 'ce', of: { name: 'ce' } }, /ce to stand alone/],
  [{ name: 'arcface', scale: '64' }, /scale to be a number > 0, got 64/],
] as [HeadConfig, RegExp][])('refuses the configuration %o', (config, message) => {
  expect(() => headFromConfig(config)).toThrow(message);
});
