import { mkdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { InvalidArgumentError, UnavailableError } from '@hm/tensor/host';

/**
 * Checks, before any work, that a file can be written: creates its folder and, for a moment, a temporary file there.
 *
 * @throws {UnavailableError | InvalidArgumentError} if it cannot.
 */
export async function prepareFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() || /[/\\]$/.test(path)) throw isFolder(path);
  await makeFolder(dirname(path));
  const { SafeFile } = await import('@hm/tensor/files');
  await (await SafeFile.create(path)).abandon();
}

/**
 * Creates a folder and checks, before any work, that files can be written there.
 *
 * @throws {UnavailableError} if nothing can be written into it.
 */
export async function prepareFolder(path: string): Promise<void> {
  await makeFolder(path);
  await prepareFile(join(path, `.hm-${process.pid}`));
}

/**
 * Writes a result as a whole or not at all.
 *
 * @throws {UnavailableError} if it cannot be written. The result is then kept as a temporary file, and the error says
 * where.
 */
export async function writeResult(path: string, content: Uint8Array | string): Promise<void> {
  const { writeFileSafely } = await import('@hm/tensor/files');
  try {
    await writeFileSafely(path, content);
  } catch (error) {
    throw await kept(path, content, error);
  }
}

async function kept(path: string, content: Uint8Array | string, cause: unknown): Promise<unknown> {
  const { writeFileSafely } = await import('@hm/tensor/files');
  const elsewhere = join(tmpdir(), `hm-${process.pid}-${basename(path)}`);
  try {
    await writeFileSafely(elsewhere, content);
  } catch {
    return cause;
  }
  return new UnavailableError({
    where: 'hm',
    expected: `to write ${path}`,
    received: cause instanceof Error ? cause.message : cause,
    fix: `The result is kept: move ${elsewhere} to where it can stay.`,
    fields: { path, kept: elsewhere },
    cause,
  });
}

async function makeFolder(path: string): Promise<void> {
  const { notWritable } = await import('@hm/tensor/files');
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw notWritable(path, cause);
  });
}

/**
 * Returns the format for a file by its extension, or the first format if there is no extension or the file is a device.
 *
 * @throws {InvalidArgumentError} if no format has the extension.
 */
export function formatByName<Format extends string>(
  option: string,
  path: string,
  endings: Readonly<Record<string, Format>>,
): Format {
  const ending = /\.[^./\\]+$/.exec(path)?.[0].toLowerCase() ?? '';
  const format = ending === '' || path.startsWith('/dev/') ? Object.values(endings)[0] : endings[ending];
  if (format !== undefined) return format;
  throw new InvalidArgumentError({
    where: option,
    expected: `a name that ends in ${Object.keys(endings).join(', ')}`,
    received: path,
    fix: 'Name the file so; its ending decides the form.',
    fields: { path },
  });
}

const isFolder = (path: string) =>
  new InvalidArgumentError({
    where: 'hm',
    expected: 'the name of a file to write',
    received: `${path}, a folder`,
    fix: 'Name a file in it.',
    fields: { path },
  });
