import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readStateDict } from './state-dict.ts';

const golden = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../golden/${name}`, import.meta.url)));

it.each(['tutorial', 'criterion', 'nested', 'average'])('finds the weights in a checkpoint: %s', (name) => {
  const { names, read } = readStateDict(golden(`checkpoint-${name}.pth`));
  expect(names).toEqual(['a.weight', 'b.weight', 'c.weight']);
  expect([...read('c.weight').data]).toEqual([1, 1, 1]);
});
