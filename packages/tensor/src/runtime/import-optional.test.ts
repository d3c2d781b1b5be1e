import { expect, it } from 'vitest';
import { UnavailableError } from '../errors.ts';
import { importOptional } from './import-optional.ts';

it('gives the module that is there', async () => {
  const module = await importOptional(() => import('node:path'), { where: 'test', name: 'path' });
  expect(module.basename('/a/b')).toBe('b');
});

it('names the package that is not, its user and the cure', async () => {
  const absent = 'no-such-package';
  const promise = importOptional(() => import(absent), { where: 'test', name: absent });
  const error = await promise.catch((caught: unknown) => caught as UnavailableError);
  expect(error).toBeInstanceOf(UnavailableError);
  expect(error).toMatchObject({ fields: { package: absent }, cause: { code: 'ERR_MODULE_NOT_FOUND' } });
  expect((error as Error).message).toMatch(
    /^test: expected the npm package no-such-package to be installed, got .+ Fix: Run `npm install no-such-package`\.$/s,
  );
  const other = importOptional(() => import(absent), { where: 'test', name: absent, fix: 'Do without.' });
  await expect(other).rejects.toThrow(/Fix: Do without\.$/);
});
