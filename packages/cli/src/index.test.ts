import { expect, it } from 'vitest';
import * as cli from './index.ts';

it('exports what the README lists, and nothing else', () => {
  expect(Object.keys(cli).sort()).toEqual(['createProgram', 'diagnose']);
});
