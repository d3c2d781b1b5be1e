import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InvalidDataError, UnavailableError } from '@hm/tensor/host';

/** A file that is published with its checksum. */
export interface PublishedFile {
  /** URLs, best first. */
  urls: readonly string[];
  /** SHA-256 checksum, hexadecimal. */
  sha256: string;
  /** Length of the file; a longer response is refused. */
  bytes: number;
}

export interface DownloadOptions {
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
  /** Attempts per URL; each resumes where the previous one stopped. Default 4. */
  attempts?: number;
  /** Milliseconds without data after which a connection is given up. Default 30,000. */
  stallMilliseconds?: number;
}

/**
 * Downloads a file to a path, where it appears once its checksum is verified. Data received before an interruption
 * stays in `PATH.part`, and the next call resumes from it if the server supports that.
 *
 * @returns false if the file was there already.
 * @throws {UnavailableError} if no URL can be reached; the message says which file to put where.
 * @throws {InvalidDataError} if the received file has another checksum.
 */
export async function download(
  file: PublishedFile,
  path: string,
  options: DownloadOptions = {},
): Promise<boolean> {
  if ((await sizeOf(path)) === file.bytes && (await digestOf(path)) === file.sha256) return false;
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  const failures: string[] = [];
  for (const url of file.urls) {
    const failure = await fetchWhole(url, part, file, options);
    if (failure === undefined) {
      await rename(part, path);
      return true;
    }
    failures.push(`${url}: ${failure}`);
  }
  throw unreachable(path, file, failures);
}

/** Tries one URL. Returns why it failed, or undefined if it succeeded. */
async function fetchWhole(
  url: string,
  part: string,
  file: PublishedFile,
  options: DownloadOptions,
): Promise<string | undefined> {
  let failure = '';
  for (let attempt = 0; attempt < (options.attempts ?? 4); attempt++) {
    const from = await sizeOf(part);
    try {
      if (from < file.bytes) await fetchRest(url, part, from, file, options);
      const digest = await digestOf(part);
      if (digest === file.sha256) return undefined;
      await rm(part, { force: true });
      // The partial file of an earlier call may belong to another file, so start over once.
      if (from === 0) throw wrongDigest(url, file, digest);
      failure = 'what an earlier call had received was of another file';
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof InvalidDataError) throw error;
      failure = reasonOf(error);
      if (error instanceof Refusal) return failure;
    }
  }
  return failure;
}

/** A response that a retry would not change. */
class Refusal extends Error {}

async function fetchRest(
  url: string,
  part: string,
  from: number,
  { bytes }: PublishedFile,
  { signal, onProgress, stallMilliseconds = 30_000 }: DownloadOptions,
): Promise<void> {
  const stall = new AbortController();
  const restart = () => setTimeout(() => stall.abort(new Error('nothing came any more')), stallMilliseconds);
  let timer = restart();
  let output: FileHandle | undefined;
  try {
    const response = await fetch(url, {
      headers: from > 0 ? { range: `bytes=${from}-` } : {},
      signal: AbortSignal.any([stall.signal, ...(signal ? [signal] : [])]),
    });
    // An error page must not take the place of what has been received.
    if (!response.ok || !response.body) throw new Refusal(`HTTP ${response.status}`);
    const resumed = response.status === 206 && startOf(response) === from;
    if (response.status === 206 && !resumed)
      throw new Error('the server sent another part than was asked for');
    output = await open(part, resumed ? 'a' : 'w');
    let done = resumed ? from : 0;
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = restart();
      done += piece.length;
      if (done > bytes) throw new Refusal(`more than ${bytes} bytes`);
      await output.writeFile(piece);
      onProgress?.(done, bytes);
    }
    if (done < bytes) throw new Error(`ended after ${done} of ${bytes} bytes`);
  } finally {
    clearTimeout(timer);
    stall.abort();
    await output?.close();
  }
}

/** Returns the offset of a partial response's first byte. */
const startOf = (response: Response): number =>
  Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? -1);

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.size ?? 0;

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Uint8Array);
  return hash.digest('hex');
}

/** Returns why `fetch` failed, which it reports only in `cause`. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message;
}

const wrongDigest = (url: string, { sha256 }: PublishedFile, received: string) =>
  new InvalidDataError({
    where: url,
    expected: `a file of SHA-256 ${sha256}`,
    received,
    fix: 'Do not use it; try another mirror.',
    fields: { url, sha256, received },
  });

const unreachable = (path: string, { sha256, urls }: PublishedFile, failures: readonly string[]) =>
  new UnavailableError({
    where: 'download',
    expected: `an answer from ${urls.length === 1 ? 'the address' : `one of ${urls.length} addresses`}`,
    received: failures.join('; '),
    fix: `Where the network is closed, fetch the file elsewhere and put it at ${path} (SHA-256 ${sha256}), then run again.`,
    fields: { path, urls, sha256 },
  });
