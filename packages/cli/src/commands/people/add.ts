import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Enrolled, Gallery } from '@hm/recognize';
import { HmError, InvalidArgumentError } from '@hm/tensor/host';
import { command } from '../../command.ts';
import { finiteNumber } from '../../options/parse-option.ts';
import { withoutUndefined } from '../../options/without-undefined.ts';
import { print, tell } from '../../output/print.ts';
import { galleryOptions, withGallery } from './gallery-options.ts';

/** `hm people add NAME PHOTOGRAPH…` and `hm people add DIR`: enrolls people. */
export const add = () =>
  galleryOptions(
    command('add')
      .description('Enroll a person by photographs, or everyone in a folder with one folder per person.')
      .argument('<name>', 'name, or a folder of folders')
      .argument('[photographs...]', 'photographs, or folders of them')
      .option('--update', 'add the photographs to a person who is enrolled')
      .option('--alike', 'allow a person who looks like another, such as a twin')
      .option('--threshold <similarity>', 'smallest cosine similarity of the same person', finiteNumber)
      .option(
        '--min-quality <number>',
        'smallest quality of a photograph, 0 to 1 (default: 0.1)',
        finiteNumber,
      ),
  ).action(async (name, photographs, { update, alike, threshold, minQuality, json, ...options }) => {
    const people = photographs.length > 0 ? [{ name, photographs }] : await peopleOf(name);
    await withGallery('hm people add', options, async (gallery) => {
      const settings = withoutUndefined({ alike, threshold, minQuality });
      for (const person of people) {
        const outcome = await enroll(gallery, person, update ? 'update' : 'enroll', settings).catch(told);
        if (outcome instanceof Error && people.length === 1) throw outcome;
        if (outcome instanceof Error) process.exitCode = 1;
        if (json) print(JSON.stringify(outcome instanceof Error ? failure(person.name, outcome) : outcome));
        else if (outcome instanceof Error) tell(outcome.message);
        else print(describe(outcome));
      }
    });
  });

interface Someone {
  name: string;
  photographs: string[];
}

async function enroll(
  gallery: Gallery,
  { name, photographs }: Someone,
  how: 'enroll' | 'update',
  settings: Parameters<Gallery['enroll']>[2],
): Promise<Enrolled> {
  const { listImages } = await import('@hm/images');
  const paths: string[] = [];
  for (const path of photographs) {
    const folder = await stat(path).then(
      (info) => info.isDirectory(),
      () => false,
    );
    if (folder) paths.push(...(await listImages(path)).images.map((image) => join(path, image)));
    else paths.push(path);
  }
  return gallery[how](name, paths, settings);
}

/** Returns the error of one person, so that the others are still enrolled. Other errors are thrown again. */
function told(error: unknown): HmError {
  if (HmError.isInstance(error) && error.code !== 'unavailable') return error;
  throw error;
}

const failure = (name: string, { message, fields }: HmError) => ({ name, error: message, ...fields });

async function peopleOf(folder: string): Promise<Someone[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw noFolder(folder, cause);
  });
  const people = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  if (people.length === 0) throw noFolder(folder);
  return people.map((entry) => ({
    name: basename(entry.name).replaceAll('_', ' '),
    photographs: [join(folder, entry.name)],
  }));
}

function describe({ person: { name, photographs }, refused }: Enrolled): string {
  const lines = refused.map(({ photograph, detail }) => `  not ${photograph}: ${detail}`);
  return [`${name}: ${photographs} ${photographs === 1 ? 'photograph' : 'photographs'}`, ...lines].join('\n');
}

const noFolder = (received: string, cause?: unknown) =>
  new InvalidArgumentError({
    where: 'hm people add',
    expected: 'a name and photographs, or a folder with a folder for each person',
    received,
    fix: 'Say for example: hm people add Ada ada-1.jpg ada-2.jpg.',
    cause,
  });
