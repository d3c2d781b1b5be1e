import { expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { runsHere } from './diagnose.ts';

it('is what the manifest asks for', () => {
  expect(manifest.engines.node).toBe('>=20.19');
  expect(['20.19.0', '20.20.2', '22.1.0', '26.0.0'].filter(runsHere)).toHaveLength(4);
  expect(['18.20.0', '20.18.3', '20.9.0', '19.99.0'].filter(runsHere)).toEqual([]);
});
