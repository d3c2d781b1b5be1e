import { readRegularFile } from '@hm/tensor/files';
import { InvalidDataError, sha256Of } from '@hm/tensor/host';

/**
 * Reads a file that a plan names together with its hash.
 *
 * @param where member of the plan, for the error.
 * @throws {InvalidDataError} if the file has another hash.
 */
export async function readAgreed(path: string, sha256: string, where: string): Promise<Uint8Array> {
  const bytes = await readRegularFile(path);
  const found = await sha256Of(bytes);
  if (found === sha256) return bytes;
  throw new InvalidDataError({
    where,
    expected: `the file ${path} with the SHA-256 ${sha256}`,
    received: found,
    fix: 'Take the file that the study began with, or write the hash of this one into a plan of another name.',
    fields: { path },
  });
}
