/// <reference types="node" />
import { copyFileSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer, packageFolder } from '../testing-consumer.ts';
import { assertSingleTfjs } from './assert-single-tfjs.ts';

const consumer = new Consumer();
const copy = join(consumer.folder, 'other/node_modules/@tensorflow/tfjs-core');

beforeAll(() => {
  const original = realpathSync(join(packageFolder, 'node_modules/@tensorflow/tfjs-core'));
  mkdirSync(join(copy, 'dist'), { recursive: true });
  for (const file of ['package.json', 'dist/tf-core.node.js'])
    copyFileSync(join(original, file), join(copy, file));
  symlinkSync(join(original, '../..'), join(copy, 'node_modules'));
});
afterAll(() => consumer.remove());

const run = (program: string) =>
  consumer.run(`
    import { createRequire } from 'node:module';
    const requireOther = createRequire(${JSON.stringify(join(consumer.folder, 'other/x.js'))});
    const tensor = () => import('@hm/tensor');
    const other = () => requireOther('@tensorflow/tfjs-core');
    const forget = () => { delete requireOther.cache[requireOther.resolve('@tensorflow/tfjs-core')]; };
    ${program}
  `);

describe('assertSingleTfjs', () => {
  it('accepts the one copy of this process', () => {
    expect(assertSingleTfjs).not.toThrow();
  });

  it('lets the package be imported beside one copy', () => {
    expect(run("await tensor(); console.log('fine');")).toEqual({ output: 'fine\n', errors: '' });
  });

  it('refuses the import when another copy is loaded already, and says which and what to do', () => {
    const { errors } = run('other(); await tensor();');
    expect(errors).toContain(
      'UnavailableError: @hm/tensor: expected one copy of @tensorflow/tfjs-core, got 2: ',
    );
    expect(errors).toContain(join(copy, 'dist/tf-core.node.js'));
    expect(errors).toMatch(/peer dependency.*npm ls @tensorflow\/tfjs-core.*npm dedupe/s);
  });

  it('finds a copy that came after the import', () => {
    const program =
      'const { assertSingleTfjs } = await tensor(); assertSingleTfjs(); other(); assertSingleTfjs();';
    expect(run(program).errors).toContain('got 2: ');
  });

  it.each([
    ['before', 'other(); forget(); await tensor();'],
    ['after', 'const { assertSingleTfjs } = await tensor(); other(); forget(); assertSingleTfjs();'],
  ])('finds a copy that no module cache shows, as in a bundle, loaded %s', (_when, program) => {
    expect(run(program).errors).toContain('got two in one program');
  });
});
