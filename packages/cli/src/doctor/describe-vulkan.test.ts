import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { describeVulkan } from './describe-vulkan.ts';

const root = mkdtempSync(join(tmpdir(), 'vulkan-'));
afterAll(() => rmSync(root, { recursive: true }));

function file(path: string): string {
  const full = join(root, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, '');
  return full;
}

const loader = file('lib/libvulkan.so.1');
const driver = file('icd.d/card.json');
file('icd.d/card.txt');
const places = { environment: {}, libraries: [join(root, 'lib')], manifests: [join(root, 'icd.d')] };

it('finds the loader and the drivers', () => {
  expect(describeVulkan(places)).toEqual({ loader, drivers: [driver], fix: '' });
});

it('says what is missing', () => {
  const { fix, ...found } = describeVulkan({
    environment: {},
    libraries: [root],
    manifests: [root, '/none'],
  });
  expect(found).toEqual({ loader: null, drivers: [] });
  expect(fix).toMatch(/loader.*libvulkan1.*driver/);
});

it('takes the drivers that the environment names, and says so if they are not there', () => {
  const other = file('other/software.json');
  const named = (variables: Record<string, string>) => describeVulkan({ ...places, environment: variables });
  expect(named({ VK_ICD_FILENAMES: other })).toEqual({ loader, drivers: [other], fix: '' });
  expect(named({ VK_DRIVER_FILES: `${other}:${driver}`, VK_ICD_FILENAMES: '/none' }).drivers).toEqual([
    other,
    driver,
  ]);
  const missing = named({ VK_ICD_FILENAMES: '/none.json' });
  expect(missing.drivers).toEqual([]);
  expect(missing.fix).toMatch(/names no file that exists: \/none\.json/);
});

it('looks where LD_LIBRARY_PATH says', () => {
  const environment = { LD_LIBRARY_PATH: `/none:${join(root, 'lib')}` };
  expect(describeVulkan({ ...places, libraries: [], environment }).loader).toBe(loader);
});
