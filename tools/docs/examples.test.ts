import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { syntheticFaces } from '@hm/datasets';
import sharp from 'sharp';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyCommand, typed } from '../../packages/cli/src/testing-commands.ts';
import { type Block, blocksOf, shellCommands } from '../markdown-blocks.ts';
import { typeErrors } from '../type-check.ts';
import { modules } from './modules.mjs';

const tools = fileURLToPath(new URL('..', import.meta.url));
const root = join(tools, 'docs');
const guide = ['getting-started', 'paper', 'your-photographs', 'extend', 'deploy'];
const others = (await readdir(join(root, 'guide')))
  .filter((file) => file.endsWith('.md'))
  .map((file) => file.replace('.md', ''));
const pages = [...guide, ...others.filter((page) => !guide.includes(page))].map((page) => ({
  page,
  blocks: blocksOf(join(root, 'guide', `${page}.md`)),
}));
const home = blocksOf(join(root, 'index.md'));

const programs = (blocks: Block[]) => blocks.filter(({ language }) => language === 'ts');
const commands = (blocks: Block[]) =>
  blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => shellCommands(text));

it('every block says what it is', () => {
  const languages = pages.flatMap(({ blocks }) => blocks.map(({ language }) => language));
  expect([...new Set(languages)].sort()).toEqual(['sh', 'ts']);
});

describe('programs compile', () => {
  const files = new Map(
    pages.flatMap(({ blocks }) => programs(blocks).map(({ place, text }) => [`${place}.ts`, text] as const)),
  );

  it('all of them', () => {
    expect(typeErrors(files, tools)).toEqual([]);
  });

  it('and would be refused with a mistake', () => {
    const [name, text] = [...files][0]!;
    const wrong = new Map([[name, `${text}\nexport const wrong: string = result.accuracy;`]]);
    expect(typeErrors(wrong, tools)).toHaveLength(1);
  });
});

/** `@hm/onnx` of `@hm/onnx/session`; undefined of a part of Node. */
const packageOf = (specifier: string) =>
  specifier.startsWith('node:') ? undefined : /^(@[^/]+\/)?[^/]+/.exec(specifier)![0];

describe.each(pages.filter(({ blocks }) => programs(blocks).length > 0))('$page', ({ blocks }) => {
  it('says how to install what its programs import', () => {
    const installed = commands(blocks).filter(([command, verb]) => command === 'npm' && verb === 'install');
    const imported = programs(blocks).flatMap(({ text }) =>
      ts.preProcessFile(text).importedFiles.map(({ fileName }) => packageOf(fileName)),
    );
    expect(new Set(installed.flat())).toEqual(new Set([...installed.flat(), ...imported.filter(Boolean)]));
  });
});

describe('commands can be typed', () => {
  const every = [home, ...pages.map(({ blocks }) => blocks)].flatMap(commands);
  const hm = every
    .filter((words) => words.includes('hm'))
    .map((words) => words.slice(words.indexOf('hm') + 1));
  const names = everyCommand().map(({ name }) => name);

  it.each(hm.map((words) => [words.join(' '), words] as const))('hm %s', async (_, words) => {
    const called = await typed(words);
    expect(called).toHaveLength(1);
    expect(names).toContain(called[0]);
  });

  it('only packages that exist are installed', () => {
    const own = every.flat().filter((word) => word.startsWith('@hm/'));
    expect(own.length).toBeGreaterThan(5);
    const packages = new Set(modules.map((module) => module.package));
    expect(own.filter((name) => !packages.has(name))).toEqual([]);
  });
});

/** What tfjs says on stderr when its plain backend starts under Node. */
const greeting = /\n=+\nHi, looks like you are running TensorFlow\.js in Node\.js\..*\n=+\n+/;

describe('programs run, page by page in one folder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hm-docs-'));
    await symlink(join(tools, 'node_modules'), join(folder, 'node_modules'));
    await writePhotographs(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(pages.filter(({ blocks }) => programs(blocks).length > 0))(
    '$page',
    async ({ page, blocks }) => {
      for (const [index, { place, text, words }] of programs(blocks).entries()) {
        if (words.includes('no-run')) continue;
        const file = join(folder, `${page}-${index}.mjs`);
        await writeFile(
          file,
          ts.transpile(text, { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 }),
        );

        const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { cwd: folder });

        expect(stdout, place).not.toBe('');
        expect(stderr.replace(greeting, ''), place).toBe('');
      }
    },
    300_000,
  );
});

/** What a reader is taken to have: `photographs`, a folder for each person, and `flat`, all in one. */
async function writePhotographs(folder: string): Promise<void> {
  const people = ['ada', 'grace', 'hedy', 'katherine'];
  const faces = syntheticFaces({
    identities: people.length,
    imagesPerIdentity: 5,
    hardness: 0.2,
    seed: 7,
    size: 160,
  });
  await mkdir(join(folder, 'flat'));
  for (let index = 0; index < faces.length; index++) {
    const { image, label } = faces.sample(index);
    const { height, width } = image;
    const [person, number] = [people[label]!, (index % 5) + 1];
    const picture = sharp(image.pixels, { raw: { width, height, channels: 3 } });
    await mkdir(join(folder, 'photographs', person), { recursive: true });
    const border = { extendWith: 'copy' as const, top: 40, bottom: 40, left: 40, right: 40 };
    await picture
      .clone()
      .extend(border)
      .jpeg()
      .toFile(join(folder, 'photographs', person, `${number}.jpg`));
    await picture
      .clone()
      .resize(112)
      .png()
      .toFile(join(folder, 'flat', `${person}-${number}.png`));
  }
}
